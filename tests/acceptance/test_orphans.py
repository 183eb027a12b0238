# SPDX-License-Identifier: MIT
"""Sinks that are in the journal but no longer in the configuration: what they have left is shown, and can be moved to
another sink or deleted."""

import json

import pytest

from harness import failure_event, message_id, success_event, until
from harness.admin import metrics, status
from harness.hooks import exec_sink, file_sink, lines_of, write_hook

DONE, NO, USAGE = 0, 1, 2


def rows(shown):
    return [json.loads(line) for line in shown.stdout.splitlines()]


def delivery(daemon, id, sink):
    [event] = rows(daemon.run("events", "show", id, "--json"))
    return {each["sink"]: each for each in event["sinks"]}[sink]


@pytest.fixture
def left(make_daemon, tmp_path):
    """A daemon whose sink `old` was replaced by `new`, with one event delivered, one dead letter and one that waits; and
    their ids."""
    hook = write_hook(tmp_path, 'printf "%s\\n" "$HOOKD_ID" >>"$here/calls"; [ -e "$here/repaired" ] || '
                                '[ "$HOOKD_TYPE" = upsert.success ] || exit 65')
    daemon = make_daemon(sinks=[file_sink(tmp_path / "events.jsonl"), exec_sink(hook, "old")]).start()
    daemon.send(success_event(), delivered := message_id())
    daemon.send(failure_event(), dead := message_id())
    until(lambda: status(daemon)["sinks"][1]["dead_letters"] == 1, "the dead letter")
    assert daemon.run("sinks", "pause", "old").returncode == DONE
    daemon.send(success_event(), waiting := message_id())
    until(lambda: status(daemon)["sinks"][0]["delivered"] == 3, "the other sink")
    daemon.configuration["sink"][1]["name"] = "new"
    daemon.write_configuration()
    daemon.reloaded = daemon.run("reload")
    return daemon, (delivered, dead, waiting)


def test_a_reload_says_what_a_removed_sink_has_left(left):
    daemon, (delivered, dead, waiting) = left
    assert daemon.reloaded.returncode == DONE
    assert "sink old is no longer configured: 1 dead letter(s) and 1 waiting event(s)" in daemon.reloaded.stderr
    assert delivery(daemon, delivered, "old")["state"] == "delivered"
    assert delivery(daemon, dead, "old")["state"] == "orphaned"
    assert delivery(daemon, dead, "old")["attempt_log"][0]["code"] == 65
    assert delivery(daemon, waiting, "old")["state"] == "orphaned"
    assert delivery(daemon, waiting, "new")["state"] == "before_sink"
    assert status(daemon)["orphans"] == [{"name": "old", "waiting": 1, "dead_letters": 1}]
    assert metrics(daemon)['hookd_orphaned_events{sink="old"}'] == 2
    assert "old  not configured, 1 waiting, 1 dead" in daemon.run("sinks").stdout


def test_a_check_warns_before_a_sink_that_has_events_left_goes(left):
    daemon, _ = left
    warning = ("warning: sink old is not in this configuration, but has 1 dead letter(s) and 1 waiting event(s) in the "
               "journal, which are kept until journal.retention deletes them")
    assert warning in daemon.run("check").stderr
    daemon.stop()
    stopped = daemon.run("check")
    assert (stopped.returncode, warning in stopped.stderr) == (DONE, True)
    daemon.configuration["sink"][1]["name"] = "old"
    assert "old" not in daemon.run("check").stderr


def test_a_check_warns_of_a_sink_that_still_runs(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[file_sink(tmp_path / "events.jsonl")]).start()
    assert daemon.run("sinks", "pause", "events").returncode == DONE
    daemon.send(success_event())
    daemon.configuration["sink"] = []
    daemon.write_configuration()
    until(lambda: "sink events is not in this configuration, but has 0 dead letter(s) and 1 waiting" in
          daemon.run("check").stderr, "the warning")


def test_a_sink_that_was_renamed_in_the_configuration_gets_what_the_old_one_left(left, tmp_path):
    daemon, (delivered, dead, waiting) = left
    done = daemon.run("sinks", "rename", "old", "new")
    assert (done.returncode, done.stdout) == (DONE, "old: renamed to new, with 1 dead letter and 1 waiting event\n")
    until(lambda: delivery(daemon, waiting, "new")["state"] == "delivered", "what waited")
    assert delivery(daemon, delivered, "new")["state"] == "delivered"
    assert delivery(daemon, dead, "new")["state"] == "dead"
    assert status(daemon)["orphans"] == []
    assert daemon.run("sinks", "rename", "old", "new").returncode == NO
    daemon.kill()
    (tmp_path / "repaired").touch()
    daemon.start()
    assert daemon.run("events", "replay", "--dead", "--yes").returncode == DONE
    until(lambda: delivery(daemon, dead, "new")["state"] == "delivered", "the dead letter")
    assert len(lines_of(tmp_path / "calls")) == 4, "each event once, the dead letter twice"


def test_a_forgotten_sink_is_gone_with_what_it_had(left):
    daemon, (_, dead, _) = left
    refused = daemon.run("sinks", "forget", "old")
    assert refused.returncode == NO and "1 dead letter and 1 waiting event" in refused.stderr
    assert daemon.run("sinks", "forget", "new", "--yes").returncode == NO, "it is configured"
    done = daemon.run("sinks", "forget", "old", "--yes")
    assert (done.returncode, done.stdout) == (DONE, "old: forgotten, with 1 dead letter and 1 waiting event\n")
    assert status(daemon)["orphans"] == []
    daemon.kill()
    daemon.start()
    [event] = rows(daemon.run("events", "show", dead, "--json"))
    assert [each["sink"] for each in event["sinks"]] == ["events", "new"]


@pytest.mark.parametrize("words, error", [
    (["replay", "--dead", "--state", "delivered"], "--dead"), (["replay", "1", "--sink", "new", "--all-sinks"], "--all-sinks"),
    (["replay", "--state", "waiting", "--yes"], "state"), (["replay", "--state", "delivered", "--yes"], "all_sinks")])
def test_a_selection_that_contradicts_itself_is_an_error(left, words, error):
    daemon, _ = left
    ended = daemon.run("events", *words)
    assert ended.returncode == USAGE and error in ended.stderr, ended


def test_a_sink_gets_no_name_that_no_configuration_can_have(left):
    daemon, _ = left
    for name in ("a b", "a/b", "\x1b[31m", "x" * 65):
        done = daemon.run("sinks", "rename", "old", name)
        assert done.returncode == USAGE and "1 to 64 letters" in done.stderr
    assert [each["name"] for each in status(daemon)["orphans"]] == ["old"]
