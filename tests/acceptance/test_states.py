# SPDX-License-Identifier: MIT
"""Every delivery state is reached by a real sink, and shown by the command line, the API and after a restart."""

import json
import re

import pytest

from harness import failure_event, message_id, success_event, until
from harness.admin import ask, unix_socket
from harness.hooks import exec_sink, file_sink, lines_of, write_hook

DONE = 0
NEVER_AGAIN = {"attempts": 1}
MUCH_LATER = {"first": "1h", "max": "1h"}


def by_command(daemon, id):
    [event] = [json.loads(line) for line in daemon.run("events", "show", "--json", id).stdout.splitlines()]
    return {each["sink"]: each["state"] for each in event["sinks"]}


def by_text(daemon, id):
    """As `events show` prints it for people."""
    shown = daemon.run("events", "show", id).stdout
    return dict(re.findall(r"^  (\w+): (\w+)", shown, re.MULTILINE))


def by_api(daemon, id):
    event = json.loads(ask(unix_socket(daemon), f"/v1/events/{id}").body)["events"][0]
    return {each["sink"]: each["state"] for each in event["sinks"]}


@pytest.fixture
def in_all_states(make_daemon, tmp_path):
    """A daemon whose sinks are named for what became of the event in them; and its id."""
    fails = write_hook(tmp_path, "exit 1", "fails")
    hangs = write_hook(tmp_path, "exec sleep 1000", "hangs")
    daemon = make_daemon(sinks=[
        file_sink(tmp_path / "delivered", "delivered"), file_sink(tmp_path / "waiting", "waiting"),
        file_sink(tmp_path / "filtered", "filtered", events=["upsert.success"]),
        exec_sink(fails, "retrying", MUCH_LATER), exec_sink(fails, "dead", NEVER_AGAIN),
        exec_sink(fails, "dropped", NEVER_AGAIN), exec_sink(fails, "orphaned", NEVER_AGAIN),
        exec_sink(hangs, "in_flight", timeout="1h")]).start()
    assert daemon.run("sinks", "pause", "waiting").returncode == DONE
    daemon.send(failure_event(), id := message_id())
    until(lambda: by_api(daemon, id)["dropped"] == "dead", "the end of the attempts")
    assert daemon.run("events", "drop", id, "--sink", "dropped", "--yes").returncode == DONE
    until(lambda: by_api(daemon, id)["orphaned"] == "dead", "the end of the attempts")
    daemon.configuration["sink"] = [each for each in daemon.configuration["sink"] if each["name"] != "orphaned"]
    daemon.configuration["sink"].append(file_sink(tmp_path / "before_sink", "before_sink"))
    daemon.write_configuration()
    assert daemon.run("reload").returncode == DONE
    return daemon, id


def test_each_of_the_nine_states_is_reached_and_shown_also_after_a_restart(in_all_states):
    daemon, id = in_all_states
    states = ["delivered", "waiting", "filtered", "retrying", "dead", "dropped", "orphaned", "in_flight", "before_sink"]
    expected = {state: state for state in states}
    until(lambda: by_api(daemon, id) == expected, lambda: f"all states: {by_api(daemon, id)}")
    assert by_command(daemon, id) == expected
    assert by_text(daemon, id) == expected
    for state in states:
        listed = json.loads(ask(unix_socket(daemon), f"/v1/events?state={state}").body)["events"]
        assert [each["id"] for each in listed] == ([] if state == "delivered" else [id]), state
    daemon.stop()
    stopped = by_command(daemon, id)
    assert stopped.pop("in_flight") == "waiting", "a delivery that was interrupted is repeated"
    assert stopped == {state: state for state in states if state != "in_flight"}
    daemon.start()
    until(lambda: by_api(daemon, id) == expected, lambda: f"all states again: {by_api(daemon, id)}")


def test_a_list_of_what_was_delivered_has_only_events_that_all_their_sinks_have(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[file_sink(tmp_path / "one", "one"),
                                file_sink(tmp_path / "two", "two", events=["upsert.success"])]).start()
    daemon.send(success_event(), both := message_id())
    daemon.send(failure_event(), one := message_id())

    def delivered():
        return [each["id"] for each in json.loads(ask(unix_socket(daemon), "/v1/events?state=delivered").body)["events"]]

    until(lambda: delivered() == [one, both], delivered)
    assert daemon.run("sinks", "pause", "two").returncode == DONE
    daemon.send(success_event())
    until(lambda: len((tmp_path / "one").read_text().splitlines()) == 3, "the third in one")
    assert delivered() == [one, both]


# the trace that a request is part of

def test_a_trace_is_kept_and_handed_on(make_daemon, tmp_path):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    hook = write_hook(tmp_path, 'printf "%s\\n" "${TRACEPARENT-none}" >>"$here/traces"')
    daemon = make_daemon(sinks=[exec_sink(hook), file_sink(tmp_path / "events.jsonl")]).start()
    assert daemon.run("sinks", "pause", "hook").returncode == DONE
    assert daemon.run("sinks", "pause", "events").returncode == DONE
    daemon.send(success_event(), extra=[f"Traceparent: {trace}"])
    daemon.send(success_event(), extra=["Traceparent: what is this"])
    daemon.stop()
    daemon.start()
    for sink in ("hook", "events"):
        assert daemon.run("sinks", "resume", sink).returncode == DONE
    until(lambda: len(lines_of(tmp_path / "traces")) == len(lines_of(tmp_path / "events.jsonl")) == 2, "both in both")
    assert lines_of(tmp_path / "traces") == [trace, "none"]
    assert [json.loads(line).get("traceparent") for line in lines_of(tmp_path / "events.jsonl")] == [trace, None]
    shown = json.loads(ask(unix_socket(daemon), "/v1/events?order=oldest").body)["events"]
    assert [each.get("traceparent") for each in shown] == [trace, None]
