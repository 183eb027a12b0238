# SPDX-License-Identifier: MIT
"""Why a sink delivers nothing, wherever one would look: the commands, the admin API, the readiness; and in the log, who
has controlled the daemon."""

import json
import os
import re
import time

import pytest

from harness import failure_event, message_id, success_event, until
from harness.admin import ask, status, tcp_socket, unix_socket
from harness.hooks import exec_sink, file_sink, lines_of, write_hook

DONE, NO = 0, 1
REASON = "No such file"
LOCAL_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


def sink_of(daemon, name):
    return {each["name"]: each for each in status(daemon)["sinks"]}[name]


@pytest.fixture
def down(make_daemon, tmp_path):
    """A daemon whose sink `hook` is unavailable, beside one that works; a waiting event; and what repairs the sink."""
    hook = write_hook(tmp_path, "exit 0")
    daemon = make_daemon(sinks=[exec_sink(hook), file_sink(tmp_path / "events.jsonl")])
    daemon.configuration["admin"]["address"] = "127.0.0.1:0"
    daemon.start()
    hook.rename(tmp_path / "away")
    daemon.send(success_event(), id := message_id())
    until(lambda: sink_of(daemon, "hook")["unavailable_reason"], "the outage")
    return daemon, id, lambda: (tmp_path / "away").rename(hook)


def test_the_reason_of_an_outage_is_told_by_every_command_and_goes_with_it(down):
    daemon, id, repaired = down
    told = sink_of(daemon, "hook")
    assert (told["available"], told["in_flight"] <= 1, told["lag_events"]) == (False, True, 1)
    assert told["attempts_per_minute"] >= 1
    assert REASON in told["unavailable_reason"] and REASON in told["last_error"]["detail"]
    for key in ("unavailable_since", "next_try"):
        assert told[key].endswith("Z")
    assert told["unavailable_since"] <= told["next_try"]
    beside = sink_of(daemon, "events")
    assert [beside[key] for key in ("available", "unavailable_since", "unavailable_reason", "next_try", "last_error")] == [
        True, None, None, None, None]

    for words in (["sinks"], ["status"], ["sinks", "show", "hook"], ["events", "show", id]):
        shown = daemon.run(*words)
        assert shown.returncode == DONE, words
        joined = " ".join(shown.stdout.split())
        assert re.search(f"unavailable since {LOCAL_TIME}, next try {LOCAL_TIME}: .*{REASON}", joined), (words, shown.stdout)
    assert "since start" in daemon.run("sinks").stdout and "since start" in daemon.run("status").stdout

    repaired()
    until(lambda: sink_of(daemon, "hook")["delivered"] == 1, "the delivery")
    told = until(lambda: (now := sink_of(daemon, "hook"))["available"] and now, "the end of the outage")
    assert [told[key] for key in ("unavailable_since", "unavailable_reason", "next_try")] == [None, None, None]
    assert REASON in told["last_error"]["detail"], "what has been is still known"
    assert "unavailable" not in daemon.run("sinks").stdout
    assert "the sink is" not in daemon.run("events", "show", id).stdout


def test_one_sink_is_shown_alone(down):
    daemon, _, _ = down
    machine = daemon.run("sinks", "show", "hook", "--json")
    assert machine.returncode == DONE and machine.stdout.count("\n") == 1
    alone = json.loads(machine.stdout)
    assert alone["name"] == "hook" and alone.keys() == sink_of(daemon, "hook").keys()
    people = daemon.run("sinks", "show", "events").stdout
    assert re.search(r"^state +available$", people, re.M) and re.search(r"^last error +none since start$", people, re.M)
    assert re.search(r"^since start +1 delivered, 0 retried, 0 rejected$", people, re.M)
    unknown = daemon.run("sinks", "show", "nobody")
    assert (unknown.returncode, unknown.stderr) == (NO, "colivara-hookd: unknown sink 'nobody'\n")


def test_a_sink_in_trouble_is_a_detail_of_the_readiness_and_its_reason_is_not_for_everyone(down):
    daemon, _, _ = down
    by_socket = ask(unix_socket(daemon), "/readyz")
    by_address = ask(tcp_socket(daemon), "/readyz")
    for answer in (by_socket, by_address):
        assert answer.status == 200
        assert re.search(rb"^ready\nsink hook: unavailable since \S+Z, next try \S+Z, its events wait", answer.body)
    assert REASON.encode() in by_socket.body and REASON.encode() not in by_address.body
    assert ask(unix_socket(daemon), "/v1/sinks/hook").status == 200
    assert ask(tcp_socket(daemon), "/v1/sinks/hook").status == 403


def test_a_paused_sink_is_told_at_the_start_in_the_readiness_and_beside_what_waits(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[file_sink(tmp_path / "events.jsonl")]).start()
    assert daemon.run("sinks", "pause", "events").returncode == DONE
    daemon.stop()
    since = len(daemon.log())
    daemon.start()
    assert "warning sink events: paused, its events wait: to continue, use 'colivara-hookd sinks resume events'" \
        in daemon.log()[since:]
    daemon.send(success_event(), id := message_id())
    assert "waiting\n    the sink is paused\n" in daemon.run("events", "show", id).stdout
    assert ask(unix_socket(daemon), "/readyz").body == b"ready\nsink events: paused, its events wait\n"
    assert "  events: paused\n" in daemon.run("status").stdout
    assert daemon.run("sinks", "resume", "events").returncode == DONE
    assert ask(unix_socket(daemon), "/readyz").body == b"ready\n"


def test_the_log_says_which_user_did_what(make_daemon, tmp_path):
    hook = write_hook(tmp_path, '[ "$HOOKD_TYPE" = upsert.success ] || exit 65')
    daemon = make_daemon(sinks=[exec_sink(hook, "old"), file_sink(tmp_path / "events.jsonl")]).start()
    by = f"by user id {os.getuid()}"
    ids = [message_id() for _ in range(2)]
    for id in ids:
        daemon.send(failure_event(), id)
    until(lambda: sink_of(daemon, "old")["dead_letters"] == 2, "the dead letters")
    for words, line in ((["sinks", "pause", "old"], f"sink old: paused {by}"),
                        (["sinks", "resume", "old"], f"sink old: resumed {by}"),
                        (["events", "drop", ids[0], "--yes"], f"events: dropped 1 delivery.s. of 1 event.s. to old {by}"),
                        (["events", "replay", ids[1], "--yes"], f"events: replayed 1 delivery.s. of 1 event.s. to old {by}")):
        since = len(daemon.log())
        assert daemon.run(*words).returncode == DONE, words
        daemon.wait_for_log(line, since)
    since = len(daemon.log())
    assert daemon.run("events", "replay", ids[0], "--sink", "old", "--dry-run").returncode in (DONE, NO)
    assert "replayed" not in daemon.log()[since:], "a dry run does nothing"

    daemon.configuration["sink"].pop(0)
    daemon.write_configuration()
    assert daemon.run("reload").returncode == DONE
    assert daemon.run("sinks", "rename", "old", "older").returncode == DONE
    daemon.wait_for_log(f"sink old: renamed to older {by}")
    assert daemon.run("sinks", "forget", "older", "--yes").returncode == DONE
    daemon.wait_for_log(f"sink older: forgotten {by}")


def test_a_lone_event_is_in_the_file_at_once_whatever_came_before_it(make_daemon, tmp_path):
    path = tmp_path / "events.jsonl"
    daemon = make_daemon(sinks=[file_sink(path, events=["upsert.fail"])]).start()
    times = []
    for number in range(1, 16):
        daemon.send(success_event())  # puts the sink worker into the pause in which filtered events do not wake it
        daemon.send(failure_event())
        began = time.monotonic()
        while len(lines_of(path)) < number and time.monotonic() < began + 5:
            time.sleep(0.0005)
        times.append(time.monotonic() - began)
        assert len(lines_of(path)) == number
        time.sleep(0.015)  # the next one is a lone event again
    assert sorted(times)[len(times) // 4] < 0.02, times  # the machine may be busy


def test_filtered_events_are_no_lag_and_are_shown_as_filtered_soon(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[file_sink(tmp_path / "events.jsonl", events=["upsert.fail"])]).start()
    for _ in range(30):
        daemon.send(success_event(), id := message_id())
        until(lambda: sink_of(daemon, "events")["lag_events"] == 0, "no lag")
    state = f"{id}: filtered"
    began = time.monotonic()
    until(lambda: json.loads(daemon.run("events", "show", id, "--json").stdout)["sinks"][0]["state"] == "filtered", state)
    assert time.monotonic() - began < 5
    daemon.kill()
    daemon.start()
    assert json.loads(daemon.run("events", "show", id, "--json").stdout)["sinks"][0]["state"] == "filtered"
