# SPDX-License-Identifier: MIT
"""Looking into the journal, having sinks do it again, waiting for a document, pausing sinks: online and offline."""

import base64
import contextlib
import json
import re
import os
import pty
import select
import sqlite3
import subprocess
import time

import pytest

from harness import failure_event, message_id, success_event, until
from harness.admin import ask, metrics, status, unix_socket
from harness.daemon import binary
from harness.hooks import exec_sink, file_sink, lines_of, sink_rows, write_hook

RESTARTS = int(os.environ.get("HOOKD_RESTARTS", "3"))
DONE, NO, USAGE, UNREACHABLE, IO, CONFIG, TIMED_OUT = 0, 1, 2, 69, 74, 78, 124
# Marks of a terminal, a way to the left, a bell, a line of one's own, and bytes that reorder what is beside them.
HOSTILE = "\x1b]0;owned\x07\x1b[31mre\rport\n2026 FAKE\t\x9b\u202eexe.pdf" + "x" * 300


def rows(completed):
    assert (completed.returncode, completed.stderr) == (DONE, ""), completed
    return [json.loads(line) for line in completed.stdout.splitlines()]


def listed(daemon, *filters):
    """The documents of `events list`, in its order."""
    return [each["document"] for each in rows(daemon.run("events", "list", "--json", *filters))]


def states(daemon, id):
    [event] = rows(daemon.run("events", "show", "--json", id))
    return {each["sink"]: each["state"] for each in event["sinks"]}


def on_a_terminal(daemon, *words, environment=None, answer=b"", asked=lambda: None):
    """The command with a terminal of 80 columns for its input and outputs: exit code and what was shown. Where it asks,
    `asked` is called before the answer is typed."""
    daemon.write_configuration()
    mine, its = pty.openpty()
    subprocess.run(["stty", "cols", "80", "-echo"], stdin=its, check=True)
    with subprocess.Popen([binary(), "-c", daemon.configuration_path, *words], stdin=its, stdout=its, stderr=its,
                          env={**daemon.environment, "TERM": "xterm", **(environment or {})}) as running:
        os.close(its)
        shown, answered = b"", False
        while True:
            try:
                got = os.read(mine, 65536)
            except OSError:  # EIO: the other side is closed
                break
            shown += got
            if b"[y/N]" in shown and not answered:
                asked()
                os.write(mine, answer)
                answered = True
        os.close(mine)
        return running.wait(60), shown.decode()


def broken_hook(tmp_path, code=65, **keys):
    """A hook that refuses, with something to say, until $here/repaired is there."""
    path = write_hook(tmp_path, 'if [ -e "$here/repaired" ]; then printf "%s\\n" "$HOOKD_ID" >>"$here/done"; exit 0; '
                                f'fi; echo "no such table: documents" >&2; exit {code}')
    return exec_sink(path, **keys)


@pytest.fixture
def broken(make_daemon, tmp_path):
    """A daemon with a file sink and such a hook, which asks for failures only."""
    return make_daemon(sinks=[file_sink(tmp_path / "events.jsonl"),
                              broken_hook(tmp_path, events=["upsert.fail"])]).start()


def send_dead(daemon, count=1, **keys):
    """So many events that end as dead letters of the hook; their ids."""
    ids = [message_id() for _ in range(count)]
    before = status(daemon)["sinks"][1]["dead_letters"]
    for number, id in enumerate(ids):
        assert daemon.send(failure_event(f"{number}.pdf", **keys), id).status == 204
    until(lambda: status(daemon)["sinks"][1]["dead_letters"] == before + count, "the dead letters")
    return ids


# list

def test_the_newest_events_are_listed_first_with_how_they_stand(broken):
    [dead] = send_dead(broken)
    broken.send(success_event("fine.pdf"), ok := message_id())
    until(lambda: states(broken, ok)["events"] == "delivered", "its delivery")
    shown = broken.run("events", "list")
    assert (shown.returncode, shown.stderr) == (DONE, "")
    head, first, second = shown.stdout.splitlines()
    assert head.split() == ["sequence", "accepted", "type", "state", "document"]
    assert first.split()[-3:] == ["upsert.success", "delivered", "fine.pdf"]
    assert second.split()[-3:] == ["upsert.fail", "dead", "0.pdf"]
    assert states(broken, ok) == {"events": "delivered", "hook": "filtered"}
    assert states(broken, dead) == {"events": "delivered", "hook": "dead"}


def test_filters_combine_and_pages_join(broken):
    send_dead(broken, 3, collection="a")
    for number in range(3):
        broken.send(success_event(f"s{number}", "a" if number else "b"))
    until(lambda: status(broken)["sinks"][0]["delivered"] == 6, "all of them")
    assert listed(broken) == ["s2", "s1", "s0", "2.pdf", "1.pdf", "0.pdf"]
    assert listed(broken, "--oldest", "--limit", 2) == ["0.pdf", "1.pdf"]
    assert listed(broken, "--collection", "a", "--type", "*.success") == ["s2", "s1"]
    assert listed(broken, "--document", "1.pdf") == ["1.pdf"]
    assert listed(broken, "--document", "*") == []
    assert listed(broken, "--document", "1.pdf&type=upsert.fail") == [], "one document's name, not two parameters"
    assert listed(broken, "--state", "dead") == ["2.pdf", "1.pdf", "0.pdf"]
    assert listed(broken, "--state", "dead", "--sink", "events") == []
    assert listed(broken, "--sink", "hook") == ["2.pdf", "1.pdf", "0.pdf"]
    assert listed(broken, "--state", "delivered") == ["s2", "s1", "s0"]
    assert listed(broken, "--endpoint", "other") == []
    assert len(listed(broken, "--since", "1h")) == 6
    assert listed(broken, "--until", "1h") == []
    assert listed(broken, "--since", "2999-01-01T00:00:00+01:00") == []
    assert len(listed(broken, "--since", "2020-01-01", "--until", "2999-01-01 10:00")) == 6


def test_what_is_mistyped_is_told_and_exits_2(broken):
    for words, says in ((["--since", "yesterday"], "--since: expected a time such as"), (["--sink", "hok"], "unknown sink 'hok'"),
                        (["--state", "lost"], "--state"), (["--limit", "0"], "--limit")):
        asked = broken.run("events", "list", *words)
        assert (asked.returncode, asked.stdout) == (USAGE, "")
        assert says in asked.stderr


@pytest.mark.parametrize("query", ["?limit=0", "?limit=1001", "?limit", "?order=up", "?since=now", "?nonsense=1",
                                   "?type=%4", "?type=a&type=b", "?dry_run=true", "?sink=nobody", "?state=pending", "?from=-1"])
def test_a_query_that_is_not_well_formed_is_answered_400_with_why(daemon, query):
    answer = ask(unix_socket(daemon), "/v1/events" + query)
    assert answer.status == 400
    assert json.loads(answer.body)["error"]


@pytest.mark.parametrize("method, path, status", [
    ("POST", "/v1/events", 405), ("GET", "/v1/events/replay", 405), ("GET", "/v1/sinks/events/pause", 405),
    ("POST", "/v1/sinks/nobody/pause", 404), ("POST", "/v1/sinks/events/stop", 404), ("GET", "/v1/events/", 404),
    ("GET", "/v1/events/msg_nowhere", 404), ("GET", "/v1/events/99999/body", 404), ("GET", "/v1/eventsx", 404),
    ("POST", "/v1/events/replay", 400), ("POST", "/v1/events/drop?sink=events", 400),
    ("POST", "/v1/events/replay?type=a&dry_run=maybe", 400), ("POST", "/v1/events/drop?state=dead&limit=1", 400), ("POST", "/v1/events/replay?type=a&order=oldest", 400),
    ("GET", "/v1/events/1?limit=1", 400)])
def test_the_api_refuses_what_makes_no_sense(daemon, method, path, status):
    assert ask(unix_socket(daemon), path, method).status == status


# show

def test_the_body_of_an_event_that_was_deleted_is_not_the_next_ones(make_daemon):
    daemon = make_daemon().start()
    for name in ("first", "second"):
        assert daemon.send(success_event(name)).status == 204
    daemon.stop()
    with contextlib.closing(sqlite3.connect(daemon.journal_path)) as journal, journal:
        journal.execute("DELETE FROM event WHERE sequence = 1")
    daemon.start()
    assert ask(unix_socket(daemon), "/v1/events/1/body").status == 404
    assert ask(unix_socket(daemon), "/v1/events/2/body").body == success_event("second")


def test_an_event_tells_its_whole_story_and_its_body_byte_for_byte(broken):
    [id] = send_dead(broken)
    shown = broken.run("events", "show", id, "--utc").stdout
    for word in (id, "upsert.fail", "0.pdf", "default_collection", "127.0.0.1", "endpoint colivara",
                 "hook: dead after 1 attempt", "no such table: documents", "65", "events: delivered"):
        assert word in shown, shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    with_body = broken.run("events", "show", "1", "--body").stdout
    assert with_body.endswith("\n\n" + failure_event("0.pdf").decode() + "\n")
    missing = broken.run("events", "show", "msg_nowhere")
    assert (missing.returncode, missing.stdout) == (NO, "")
    assert missing.stderr.startswith("colivara-hookd: no event msg_nowhere in the journal: ")


def test_a_waiting_event_says_when_it_is_tried_next(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[broken_hook(tmp_path, 1, retry={"first": "1h", "max": "1h"})]).start()
    daemon.send(failure_event(), id := message_id())
    until(lambda: states(daemon, id)["hook"] == "retrying", "its failure")
    assert ", next attempt 2" in daemon.run("events", "show", id).stdout
    [event] = rows(daemon.run("events", "show", id, "--json"))
    assert event["sinks"][0]["attempts"] == 1
    assert event["sinks"][0]["next_try"].endswith("Z")


def test_a_filter_that_is_too_long_is_told_as_such(daemon):
    asked = daemon.run("events", "list", "--document", "x" * 100_000)
    assert (asked.returncode, asked.stderr) == (         USAGE, "colivara-hookd: the filter is too long for a request to the daemon: shorten it\n")


# replay and drop

def test_an_event_that_is_named_twice_is_replayed_once(broken, tmp_path):
    [id] = send_dead(broken)
    (tmp_path / "repaired").touch()
    assert broken.run("events", "replay", id, id, "--sink", "hook").stdout == "replayed 1 delivery of 1 event to hook\n"
    until(lambda: states(broken, id)["hook"] == "delivered", "its delivery")
    assert lines_of(tmp_path / "done") == [id]


def test_a_dead_letter_is_delivered_after_the_hook_was_repaired_and_it_was_replayed(broken, tmp_path):
    [id] = send_dead(broken)
    (tmp_path / "repaired").touch()
    done = broken.run("events", "replay", id, "--sink", "hook")
    assert (done.returncode, done.stdout, done.stderr) == (DONE, "replayed 1 delivery of 1 event to hook\n", "")
    until(lambda: lines_of(tmp_path / "done") == [id], "its delivery")
    until(lambda: states(broken, id)["hook"] == "delivered", "its end")
    assert status(broken)["sinks"][1]["dead_letters"] == 0
    assert len(broken_events(tmp_path)) == 1, "the other sink got it once"


def test_a_replay_of_many_needs_a_yes_where_nobody_can_be_asked(broken, tmp_path):
    ids = send_dead(broken, 3)
    asked = broken.run("events", "replay", "--dead")
    assert (asked.returncode, asked.stdout) == (USAGE, "")
    assert asked.stderr.startswith("colivara-hookd: no terminal to ask for confirmation: add --yes")
    counted = broken.run("events", "replay", "--dead", "--dry-run")
    assert (counted.returncode, counted.stdout) == (DONE, "would replay 3 deliveries of 3 events to hook\n")
    assert status(broken)["sinks"][1]["dead_letters"] == 3
    (tmp_path / "repaired").touch()
    done = broken.run("events", "replay", "--dead", "--yes")
    assert (done.returncode, done.stdout) == (DONE, "replayed 3 deliveries of 3 events to hook\n")
    until(lambda: sorted(lines_of(tmp_path / "done")) == sorted(ids), "their deliveries")


def test_at_a_terminal_the_count_is_shown_and_a_yes_asked_for(broken, tmp_path):
    send_dead(broken, 2)
    code, shown = on_a_terminal(broken, "events", "replay", "--dead", answer=b"n\n")
    assert code == NO
    assert "Replay 2 deliveries of 2 events to hook? [y/N]" in shown and "nothing was changed" in shown
    assert status(broken)["sinks"][1]["dead_letters"] == 2
    (tmp_path / "repaired").touch()
    code, shown = on_a_terminal(broken, "events", "replay", "--dead", answer=b"y\n")
    assert (code, "replayed 2 deliveries" in shown) == (DONE, True)
    until(lambda: len(lines_of(tmp_path / "done")) == 2, "their deliveries")


def test_what_comes_while_a_yes_is_waited_for_is_left_alone(broken):
    send_dead(broken)
    later = []
    code, shown = on_a_terminal(broken, "events", "drop", "--dead", answer=b"y\n",
                                asked=lambda: later.extend(send_dead(broken)))
    assert (code, "dropped 1 dead letter of 1 event" in shown) == (DONE, True)
    assert [id for _, id in sink_rows_after_stop(broken)] == later


def test_the_end_of_input_is_a_no_on_a_line_of_its_own(broken):
    send_dead(broken)
    code, shown = on_a_terminal(broken, "events", "drop", "--dead", answer=b"\x04")
    assert code == NO
    assert shown.endswith("[y/N] \r\ncolivara-hookd: nothing was changed\r\n")
    assert status(broken)["sinks"][1]["dead_letters"] == 1


def test_a_time_span_is_replayed_to_all_sinks_that_want_it(broken, tmp_path):
    (tmp_path / "repaired").touch()
    broken.send(success_event("ok"))
    broken.send(failure_event("bad"))
    until(lambda: status(broken)["sinks"][1]["delivered"] == 1 and len(broken_events(tmp_path)) == 2, "both")
    done = broken.run("events", "replay", "--since", "1h", "--all-sinks", "--yes")
    assert done.stdout == "replayed 3 deliveries of 2 events to events, hook\n"
    until(lambda: len(broken_events(tmp_path)) == 4 and len(lines_of(tmp_path / "done")) == 2, "both again")
    assert broken.run("events", "replay", "--since", "2999-01-01", "--yes").returncode == NO


def broken_events(tmp_path):
    return lines_of(tmp_path / "events.jsonl")


def test_many_events_are_replayed_in_parts_none_left_out_and_none_twice(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[file_sink(tmp_path / "events.jsonl")]).start()
    ids = {message_id() for _ in range(600)}
    for id in ids:
        daemon.send(success_event(), id)
    until(lambda: len(broken_events(tmp_path)) == 600, "all")
    done = daemon.run("events", "replay", "--type", "*", "--all-sinks", "--yes")
    assert done.stdout == "replayed 600 deliveries of 600 events to events\n"
    until(lambda: len(broken_events(tmp_path)) == 1200, "all again")
    until(lambda: status(daemon)["sinks"][0]["waiting"] == 0, "their end")
    seen = [json.loads(line)["id"] for line in broken_events(tmp_path)]
    assert sorted(seen) == sorted([*ids, *ids])


def test_an_event_that_waits_long_is_tried_at_once_when_it_is_replayed(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[broken_hook(tmp_path, 1, retry={"first": "1h", "max": "1h"})]).start()
    daemon.send(failure_event(), id := message_id())
    until(lambda: states(daemon, id)["hook"] == "retrying", "its failure")
    (tmp_path / "repaired").touch()
    assert daemon.run("events", "replay", id).returncode == DONE
    until(lambda: lines_of(tmp_path / "done") == [id], "its delivery")


def test_a_dropped_dead_letter_is_gone_for_good(broken):
    kept, dropped = send_dead(broken, 2)
    assert broken.run("events", "drop", dropped).returncode == USAGE, "without a yes"
    done = broken.run("events", "drop", dropped, "--yes")
    assert (done.returncode, done.stdout) == (DONE, "dropped 1 dead letter of 1 event of hook\n")
    assert status(broken)["sinks"][1]["dead_letters"] == 1
    assert states(broken, dropped)["hook"] == "dropped"
    assert broken.run("events", "drop", dropped, "--yes").returncode == NO
    broken.kill()
    broken.start()
    assert [id for _, id in sink_rows_after_stop(broken)] == [kept]


def sink_rows_after_stop(daemon):
    daemon.stop()
    return sink_rows(daemon.journal_path)[1]


def test_a_replay_that_was_answered_survives_a_crash(broken, tmp_path):
    [id] = send_dead(broken)
    assert broken.run("sinks", "pause", "hook").returncode == DONE
    assert broken.run("events", "replay", id).returncode == DONE
    broken.kill()
    (tmp_path / "repaired").touch()
    broken.start()
    assert states(broken, id)["hook"] == "retrying"
    assert broken.run("sinks", "resume", "hook").returncode == DONE
    until(lambda: lines_of(tmp_path / "done") == [id], "its delivery")


# Without a daemon

@pytest.mark.parametrize("verb", ["replay", "drop"])
def test_a_time_span_that_ends_before_it_begins_is_a_usage_error(broken, verb):
    done = broken.run("events", verb, "--since", "1h", "--until", "2h", "--dry-run")
    assert done.returncode == USAGE and "since is not before until" in done.stderr


def content_of(directory):
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns)
            for each in directory.iterdir() if each.name.startswith("journal.db")}


def test_a_look_at_a_stopped_journal_leaves_every_file_of_it_as_it_was(make_daemon):
    daemon = make_daemon(clock=int(time.time())).start()
    ids = [message_id() for _ in range(3)]
    for id in ids:
        daemon.send(success_event(), id)
    daemon.kill()  # its log is full of commits
    os.remove(f"{daemon.journal_path}.lock")
    daemon.set_clock(int(time.time()) + 400 * 24 * 3600)
    before = content_of(daemon.directory)
    assert len(before["journal.db-wal"][0]) > 0
    listed = rows(daemon.run("events", "list", "--oldest", "--json"))
    assert [each["id"] for each in listed] == ids
    assert daemon.run("events", "show", ids[0], "--body").returncode == DONE
    assert daemon.run("events", "replay", "--type", "*", "--dry-run").returncode in (DONE, NO)
    assert content_of(daemon.directory) == before


def test_a_daemon_starts_while_somebody_reads_what_a_stopped_journal_held_or_is_asked(broken):
    send_dead(broken, 2)
    broken.stop()
    code, shown = on_a_terminal(broken, "events", "drop", "--dead", answer=b"y\n", asked=broken.start)
    assert (code, "dropped 2 dead letters" in shown) == (DONE, True)
    assert rows(broken.run("events", "list", "--state", "dead", "--json")) == []


def test_a_repair_of_a_stopped_journal_by_root_leaves_a_lock_of_its_owner(broken):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    send_dead(broken, 1)
    broken.stop()
    os.remove(f"{broken.journal_path}.lock")
    os.chown(broken.journal_path, 65534, 65534)
    assert broken.run("events", "drop", "--dead", "--yes").returncode == DONE
    made = os.stat(f"{broken.journal_path}.lock")
    assert (made.st_uid, made.st_gid) == (65534, 65534)

def test_the_journal_is_looked_into_and_repaired_while_no_daemon_runs(broken, tmp_path):
    first, second = send_dead(broken, 2)
    broken.stop()
    assert listed(broken, "--state", "dead") == ["1.pdf", "0.pdf"]
    shown = broken.run("events", "show", first, "--body")
    assert "hook: dead after 1 attempt" in shown.stdout and failure_event("0.pdf").decode() in shown.stdout
    assert broken.run("events", "drop", first, "--yes").stdout == "dropped 1 dead letter of 1 event of hook\n"
    done = broken.run("events", "replay", "--dead", "--yes")
    assert (done.stdout, done.stderr) == ("replayed 1 delivery of 1 event to hook\n", "")
    (tmp_path / "repaired").touch()
    broken.start()
    until(lambda: lines_of(tmp_path / "done") == [second], "the delivery at the next start")


def test_without_daemon_and_journal_there_is_nothing_to_look_at_and_none_is_made(make_daemon):
    daemon = make_daemon()
    asked = daemon.run("events", "list")
    assert (asked.returncode, asked.stdout) == (UNREACHABLE, "")
    assert asked.stderr.startswith("colivara-hookd: nothing listens on ") and "there is no journal" in asked.stderr
    assert not daemon.journal_path.exists()


def test_a_journal_that_a_daemon_holds_is_not_opened_beside_it(make_daemon):
    daemon = make_daemon().start()
    elsewhere = daemon.configuration["admin"]["socket"]
    daemon.configuration["admin"]["socket"] = daemon.directory / "other.sock"
    asked = daemon.run("events", "list")
    assert (asked.returncode, asked.stdout) == (IO, "")
    daemon.configuration["admin"]["socket"] = elsewhere


@pytest.mark.parametrize("spoil", ["newer", "no journal"])
def test_a_journal_that_is_not_understood_is_left_as_it_is(broken, spoil):
    send_dead(broken)
    broken.stop()
    if spoil == "newer":
        with contextlib.closing(sqlite3.connect(broken.journal_path)) as journal:
            journal.execute("PRAGMA user_version = 99")
    else:
        broken.journal_path.write_bytes(b"not mine" * 1000)
    before = broken.journal_path.read_bytes()
    for words in (["list"], ["replay", "--dead", "--yes"], ["drop", "--dead", "--yes"]):
        asked = broken.run("events", *words)
        assert (asked.returncode, asked.stdout) == (IO, "")
        assert str(broken.journal_path) in asked.stderr
    assert broken.journal_path.read_bytes() == before


@pytest.mark.parametrize("words", [["events", "tail"], ["wait", "--document", "a"], ["sinks"],
                                   ["sinks", "pause", "events"], ["events", "list", "--socket", "/nowhere"]])
def test_what_needs_the_daemon_says_so_where_there_is_none(make_daemon, words):
    asked = make_daemon().run(*words)
    assert (asked.returncode, asked.stdout) == (UNREACHABLE, "")
    assert asked.stderr.startswith("colivara-hookd: nothing listens on ")


def test_a_body_is_a_member_of_the_json_line(daemon):
    body = success_event("shown.pdf", number=2**63)
    daemon.send(body, json_id := message_id())
    daemon.send(b"\xff not JSON", other_id := message_id())
    assert rows(daemon.run("events", "show", "--json", "--body", json_id))[0]["body"].encode() == body
    assert base64.b64decode(rows(daemon.run("events", "show", "--json", "--body", other_id))[0]["body_base64"]) == b"\xff not JSON"


# tail

def test_tail_follows_what_comes(make_daemon):
    daemon = make_daemon().start()
    for name in ("one", "two", "three"):
        daemon.send(success_event(name))
    with subprocess.Popen([binary(), "-c", daemon.configuration_path, "events", "tail", "--json", "--lines", "2",
                           "--type", "upsert.success"], stdout=subprocess.PIPE, text=True) as tail:
        try:
            assert [json.loads(tail.stdout.readline())["document"] for _ in range(2)] == ["two", "three"]
            daemon.send(failure_event("not wanted"))
            daemon.send(success_event("four"))
            assert json.loads(tail.stdout.readline())["document"] == "four"
            daemon.stop()
            daemon.start()
            daemon.send(success_event("five"))
            assert json.loads(tail.stdout.readline())["document"] == "five"
        finally:
            tail.kill()


def test_a_tail_over_restarts_misses_nothing_and_repeats_nothing(make_daemon):
    daemon = make_daemon().start()
    with subprocess.Popen([binary(), "-c", daemon.configuration_path, "events", "tail", "--json", "--lines", "0"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tail:
        try:
            sent = 0
            while not select.select([tail.stdout], [], [], 0.05)[0]:  # until it follows
                daemon.send(success_event(str(sent := sent + 1)))
            first = int(json.loads(tail.stdout.readline())["document"])
            for _ in range(RESTARTS):
                for _ in range(3):
                    daemon.send(success_event(str(sent := sent + 1)))
                daemon.stop()
                daemon.start()
            daemon.send(success_event(str(sent := sent + 1)))
            followed = [first]
            while followed[-1] != sent:
                followed.append(int(json.loads(tail.stdout.readline())["document"]))
            assert followed == list(range(first, sent + 1))
        finally:
            tail.kill()


def test_a_tail_shows_what_becomes_of_the_events(make_daemon, tmp_path):
    path = tmp_path / "events.jsonl"
    daemon = make_daemon(sinks=[file_sink(path)]).start()
    assert daemon.run("sinks", "pause", "events").returncode == DONE
    with subprocess.Popen([binary(), "-c", daemon.configuration_path, "events", "tail"],
                          stdout=subprocess.PIPE, text=True) as tail:
        try:
            daemon.send(success_event("one"))
            assert tail.stdout.readline().startswith("sequence") and tail.stdout.readline().endswith("one\n")
            assert daemon.run("sinks", "resume", "events").returncode == DONE
            assert re.match(r" +1  events: delivered ", tail.stdout.readline())
        finally:
            tail.kill()


def test_a_tail_says_that_the_daemon_is_gone_and_waits_for_it(make_daemon):
    daemon = make_daemon().start()
    daemon.send(success_event("one"))
    command = [binary(), "-c", daemon.configuration_path, "events", "tail"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tail:
        try:
            assert tail.stdout.readline().startswith("sequence") and tail.stdout.readline().endswith("one\n")
            daemon.stop()
            assert tail.stderr.readline().endswith("waiting for it to come back\n")
            assert tail.poll() is None
        finally:
            tail.kill()
        assert tail.stderr.read() == "", "once"


# wait

def test_wait_tells_the_latest_verdict_about_a_document(daemon):
    daemon.send(success_event("w.pdf"))
    assert daemon.run("wait", "--document", "w.pdf").returncode == DONE
    daemon.send(failure_event("w.pdf"))
    told = daemon.run("wait", "--document", "w.pdf", "--json")
    assert (told.returncode, json.loads(told.stdout)["type"]) == (NO, "upsert.fail")
    assert daemon.run("wait", "--document", "w.pdf", "--collection", "other", "--timeout", "10ms").returncode == TIMED_OUT


def test_wait_blocks_until_the_event_comes(daemon):
    daemon.send(failure_event("later.pdf"))
    with subprocess.Popen([binary(), "-c", daemon.configuration_path, "wait", "--document", "later.pdf", "--next",
                           "--timeout", "60s"], stdout=subprocess.PIPE, text=True) as waiting:
        while waiting.poll() is None:  # it may begin to wait only after the first of them
            daemon.send(success_event("later.pdf"))
            daemon.send(success_event("another.pdf"))
        assert waiting.returncode == DONE
        assert "later.pdf" in waiting.stdout.read()


def test_wait_does_not_take_a_verdict_about_an_earlier_upload_for_the_new_one(daemon):
    daemon.send(success_event("twice.pdf"))
    old = daemon.run("wait", "--document", "twice.pdf", "--since", "2099-01-01", "--timeout", "10ms")
    assert old.returncode == TIMED_OUT
    assert re.search("ignoring the older upsert.success of .*: --latest accepts it\n", old.stderr)
    assert daemon.run("wait", "--document", "twice.pdf", "--latest").returncode == DONE
    assert daemon.run("wait", "--document", "twice.pdf").returncode == DONE, "of the last minute"
    assert daemon.run("wait", "--document", "twice.pdf", "--next", "--timeout", "10ms").returncode == TIMED_OUT


def test_wait_goes_on_over_a_restart_of_the_daemon(make_daemon):
    daemon = make_daemon().start()
    with subprocess.Popen([binary(), "-c", daemon.configuration_path, "wait", "--document", "late.pdf", "--timeout", "60s"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting:
        assert waiting.stderr.readline().endswith("waiting for the next event about late.pdf\n")
        daemon.stop()
        assert waiting.stderr.readline().endswith("waiting for it to come back\n")
        daemon.start()
        daemon.send(failure_event("late.pdf"))
        assert waiting.wait(30) == NO
        assert "late.pdf" in waiting.stdout.read()


def test_wait_gives_up_in_time(daemon):
    told = daemon.run("wait", "--document", "never.pdf", "--timeout", "300ms")
    assert (told.returncode, told.stdout) == (TIMED_OUT, "")
    assert told.stderr == ("colivara-hookd: waiting for the next event about never.pdf\n"
                           "colivara-hookd: no event for never.pdf within 300ms\n")
    assert daemon.run("wait", "--document", "a", "--timeout", "soon").returncode == USAGE


# sinks

def test_a_paused_sink_gets_nothing_until_it_is_resumed_and_loses_nothing(make_daemon, tmp_path):
    path = tmp_path / "events.jsonl"
    daemon = make_daemon(sinks=[file_sink(path), file_sink(tmp_path / "other.jsonl", "other")]).start()
    daemon.send(success_event(), first := message_id())
    until(lambda: len(lines_of(path)) == 1, "the first")
    assert daemon.run("sinks", "pause", "events").stdout == "events: paused\n"
    ids = [message_id() for _ in range(20)]
    for id in ids:
        daemon.send(success_event(), id)
    until(lambda: len(lines_of(tmp_path / "other.jsonl")) == 21, "the other sink")
    assert len(lines_of(path)) == 1
    assert metrics(daemon)['hookd_sink_paused{sink="events"}'] == 1
    assert metrics(daemon)['hookd_sink_paused{sink="other"}'] == 0
    assert [each["paused"] for each in rows(daemon.run("sinks", "--json"))] == [True, False]
    assert "paused" in daemon.run("sinks").stdout and "paused" in daemon.run("status").stdout
    assert states(daemon, ids[0])["events"] == "waiting"
    daemon.kill()
    daemon.start()
    daemon.send(success_event(), last := message_id())
    until(lambda: len(lines_of(tmp_path / "other.jsonl")) >= 22, "the other sink again")
    assert status(daemon)["sinks"][0]["paused"] is True
    assert len(lines_of(path)) == 1, "a pause survives a crash"
    until(lambda: metrics(daemon)['hookd_sink_lag_seconds{sink="events"}'] > 0, "the age of what waits, though none of it "
                                                                              "came in this life")
    daemon.configuration["sink"][0]["timeout"] = "20s"
    assert daemon.run("reload").returncode == DONE
    assert status(daemon)["sinks"][0]["paused"] is True, "and a change of the sink"
    assert daemon.run("sinks", "resume", "events").stdout == "events: resumed\n"
    until(lambda: len(lines_of(path)) >= 22, "what waited")
    assert [json.loads(line)["id"] for line in lines_of(path)] == [first, *ids, last]


def test_what_is_replayed_twice_while_its_sink_is_paused_comes_once(make_daemon, tmp_path):
    path = tmp_path / "events.jsonl"
    daemon = make_daemon(sinks=[file_sink(path)]).start()
    ids = [message_id() for _ in range(5)]
    for id in ids:
        daemon.send(success_event(), id)
    until(lambda: len(lines_of(path)) == 5, "all")
    assert rows(daemon.run("sinks", "pause", "events", "--json")) == [{"paused": True}]
    for _ in range(2):
        assert daemon.run("events", "replay", "--type", "*", "--all-sinks", "--yes").stdout.startswith("replayed 5 deliveries")
    assert len(lines_of(path)) == 5
    assert daemon.run("sinks", "resume", "events").returncode == DONE
    until(lambda: status(daemon)["sinks"][0]["waiting"] == 0 and len(lines_of(path)) >= 10, "all again")
    daemon.stop()
    assert sorted(json.loads(line)["id"] for line in lines_of(path)) == sorted([*ids, *ids])


def test_a_daemon_with_a_paused_sink_stops_as_ever(make_daemon):
    daemon = make_daemon().start()
    assert daemon.run("sinks", "pause", "events").returncode == DONE
    daemon.send(success_event())
    daemon.stop()
    assert daemon.events() == [], "the sink was paused"


def test_a_journal_of_the_first_version_is_upgraded_with_all_it_holds(broken):
    ids = send_dead(broken, 2)
    broken.stop()
    with sqlite3.connect(broken.journal_path) as journal:
        journal.executescript("""
            DROP INDEX delivery_by_time; DROP INDEX delivery_open; DROP TABLE attempt; DROP TABLE definition;
            DROP TABLE progress; DROP TABLE trace; DROP TABLE block; ALTER TABLE sink DROP COLUMN at; ALTER TABLE sink DROP COLUMN paused;
            ALTER TABLE delivery RENAME COLUMN state TO dead; ALTER TABLE delivery RENAME COLUMN time TO next_try;
            ALTER TABLE delivery RENAME TO failure; CREATE INDEX failure_by_time ON failure(sink, dead, next_try);
            PRAGMA user_version = 1""")
    journal.close()
    broken.start()
    assert [each["id"] for each in rows(broken.run("events", "list", "--state", "dead", "--json"))] == ids[::-1]
    assert broken.run("sinks", "pause", "hook").returncode == DONE


# For people, for machines, and against strangers

def test_names_of_strangers_neither_steer_a_terminal_nor_break_a_line(make_daemon):
    daemon = make_daemon().start()
    daemon.send(success_event(HOSTILE, HOSTILE), id := message_id())
    code, listing = on_a_terminal(daemon, "events", "list", environment={"NO_COLOR": "1"})
    story = on_a_terminal(daemon, "events", "show", id, environment={"NO_COLOR": "1"})[1]
    waited = on_a_terminal(daemon, "wait", "--document", HOSTILE, environment={"NO_COLOR": "1"})[1]
    body = on_a_terminal(daemon, "events", "show", id, "--body", environment={"NO_COLOR": "1"})[1]
    assert code == DONE
    for shown in (listing, story, waited, body):
        assert "\\x1b" in shown
        assert not set(shown) & set("\x1b\x07\t\x9b\u202e")
        assert shown.replace("\r\n", "").count("\r") == 0
    for shown in (listing, story):
        assert all(len(line) <= 80 for line in shown.splitlines()), shown
    assert len(listing.splitlines()) == 2
    [told] = rows(daemon.run("events", "list", "--json"))
    assert told["document"] == HOSTILE


@pytest.mark.parametrize("words", [
    ["events", "list", "--\x1b[31m"], ["events", "list", "--limit", "\x1b[31m"], ["events", "list", "--since", "\x1b[31m"],
    ["events", "list", "--sink", "\x1b[31m"], ["events", "show", "\x1b[31m"], ["events", "drop", "\x1b[31m", "--yes"],
    ["sinks", "pause", "\x1b[31m"], ["wait", "--document", "\x1b[31m", "--timeout", "1ms"], ["\x1b[31m"],
    ["status", "--socket", "/\x1b[31m"], ["verify", "--secret-file", "/\x1b[31m"],
    ["send", "a", "--to", "http://127.0.0.1:1/", "--secret-file", "/\x1b[31m"]])
def test_words_that_a_script_passes_on_steer_no_terminal_either(daemon, words):
    told = daemon.run(*words)
    assert told.returncode != DONE and told.stderr
    assert "\x1b" not in told.stdout + told.stderr


def test_the_type_that_is_sent_steers_no_terminal(daemon, tmp_path):
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(daemon.secret)
    host, port = daemon.http.endpoint
    told = daemon.run("send", "up\x1b[31m", "--to", f"http://{host}:{port}/webhooks/colivara", "--secret-file", secret)
    assert (told.returncode, "up\\x1b[31m" in told.stdout, "\x1b" in told.stdout) == (DONE, True, False)


def test_what_an_event_does_not_say_is_a_dash_and_no_line_ends_in_a_space(make_daemon):
    daemon = make_daemon().start()
    daemon.send(b"no JSON")
    daemon.send(success_event())
    listing, story = daemon.run("events", "list").stdout, daemon.run("events", "show", "1").stdout
    assert listing.splitlines()[2].split()[-2:] == ["delivered", "-"]
    assert "\ndocument    -\ncollection  -\n" in story
    for line in (listing + story + daemon.run("status").stdout + daemon.run("sinks").stdout).splitlines():
        assert line == line.rstrip()


def test_a_long_name_is_cut_for_a_terminal_and_whole_in_a_pipe(make_daemon):
    daemon = make_daemon().start()
    name = "minutes of the meeting " * 5 + ".pdf"
    daemon.send(success_event(name, type="a.rather.long.kind.of.success"))
    shown = on_a_terminal(daemon, "events", "list", environment={"NO_COLOR": "1"})[1]
    assert name not in shown and "…" in shown
    for words in ("events", "list"), ("wait", "--document", name):
        [*_, line] = daemon.run(*words).stdout.splitlines()
        assert line.endswith(name) and "a.rather.long.kind.of.success" in line


def test_colour_is_for_terminals_only(broken):
    send_dead(broken)
    assert "\x1b[31mdead" in on_a_terminal(broken, "events", "list")[1]
    for words in ("list",), ("show", "1"), ("list", "--json"):
        assert "\x1b" not in broken.run("events", *words).stdout
    assert "\x1b" not in on_a_terminal(broken, "events", "list", environment={"NO_COLOR": "1"})[1]
    assert "\x1b" not in on_a_terminal(broken, "events", "list", environment={"TERM": "dumb"})[1]


def test_times_are_local_or_in_utc(make_daemon):
    daemon = make_daemon(environment={"TZ": "Asia/Kolkata"}, clock=int(time.time())).start()
    daemon.send(success_event())
    [told] = rows(daemon.run("events", "list", "--json"))
    assert told["accepted"][:19] + "Z" in daemon.run("events", "list", "--utc").stdout
    local = time.gmtime(time.mktime(time.strptime(told["accepted"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone + 19800)
    assert time.strftime("%Y-%m-%d %H:%M:%S", local) in daemon.run("events", "list").stdout


@pytest.mark.parametrize("words", [["events"], ["events", "list"], ["events", "show"], ["events", "tail"],
                                   ["events", "replay"], ["events", "drop"], ["wait"], ["sinks"]])
def test_each_command_has_help_with_an_example(daemon, words):
    asked = daemon.run(*words, "--help")
    assert asked.returncode == DONE
    assert "Example" in asked.stdout or words == ["events"]
