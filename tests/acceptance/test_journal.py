# SPDX-License-Identifier: MIT
"""The journal as a whole: checked, exported, and cleared of a document on request."""

import base64
import json
import shutil
import signal
import sqlite3
import subprocess

import pytest

from harness import failure_event, message_id, success_event, until
from harness.admin import ask, status, unix_socket
from harness.daemon import binary
from harness.hooks import exec_sink, file_sink, write_hook

DONE, NO, USAGE, IO = 0, 1, 2, 74


def rows(shown):
    assert (shown.returncode, shown.stderr) == (DONE, ""), shown
    return [json.loads(line) for line in shown.stdout.splitlines()]


@pytest.fixture
def filled(make_daemon, tmp_path):
    """A daemon that has delivered a document, and has a dead letter of another."""
    daemon = make_daemon(sinks=[file_sink(tmp_path / "events.jsonl"), exec_sink(write_hook(tmp_path, "exit 65"), events=["*.fail"])])
    daemon.start()
    assert daemon.send(success_event("public.pdf"), message_id()).status == 204
    assert daemon.send(failure_event("Jane Doe.pdf", error="Jane Doe's form"), "msg_of_jane").status == 204
    assert daemon.send(b"\xff no JSON", message_id()).status == 204
    until(lambda: [each["lag_events"] for each in status(daemon)["sinks"]] == [0, 0], "all three")
    until(lambda: status(daemon)["sinks"][1]["dead_letters"] == 1, "the dead letter")
    return daemon


def test_an_intact_journal_is_checked_and_exported(filled):
    filled.stop()
    checked = filled.run("journal", "check")
    assert (checked.returncode, checked.stderr) == (DONE, "") and "no damage found" in checked.stdout
    records = rows(filled.run("journal", "export"))
    events = [each for each in records if each["record"] == "event"]
    assert [each["document"] for each in events] == ["public.pdf", "Jane Doe.pdf", ""]
    assert events[0]["body"].encode() == success_event("public.pdf")
    assert base64.b64decode(events[2]["body_base64"]) == b"\xff no JSON"
    assert {each["name"]: each["cursor"] for each in records if each["record"] == "sink"} == {"events": 3, "hook": 3}
    assert [each["filters"] for each in records if each["record"] == "definition"] == [{}, {"events": ["*.fail"]}]
    assert [each["state"] for each in records if each["record"] == "delivery"] == ["dead"]
    assert [each["code"] for each in records if each["record"] == "attempt"] == [65]


def test_a_damaged_journal_is_said_to_be_so(filled, tmp_path):
    filled.stop()
    copy = tmp_path / "copy.db"
    shutil.copy(filled.journal_path, copy)
    with sqlite3.connect(copy) as opened:
        opened.execute("DELETE FROM event WHERE sequence = 2")
    checked = filled.run("journal", "check", "--file", copy)
    assert checked.returncode == NO
    assert checked.stdout == "a delivery has no event: event 2, sink 2\n" and "is damaged" in checked.stderr
    assert filled.run("journal", "check").returncode == DONE


def test_the_journal_of_a_running_daemon_is_left_to_it(filled):
    for command, code in (("check", NO), ("export", IO)):
        refused = filled.run("journal", command)
        assert refused.returncode == code and "stop the daemon" in refused.stderr and refused.stdout == ""


def test_an_export_ends_quietly_with_its_reader(filled):
    for number in range(200):
        filled.send(success_event(f"{number}.pdf", padding="x" * 5000))
    filled.stop()
    with subprocess.Popen([binary(), "-c", filled.configuration_path, "journal", "export"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as export:
        assert json.loads(export.stdout.readline())["sequence"] == 1
        export.stdout.close()
        assert (export.wait(30), export.stderr.read()) == (-signal.SIGPIPE, b"")


@pytest.mark.parametrize("online", [True, False])
def test_a_document_is_deleted_with_all_that_belongs_to_it(filled, online):
    if not online:
        filled.stop()
    shown = filled.run("events", "delete", "--document", "Jane Doe.pdf", "--dry-run")
    assert (shown.returncode, shown.stdout) == (DONE, "would delete 1 event with 1 dead letter\n")
    assert filled.run("events", "delete", "--document", "Jane Doe.pdf").returncode == USAGE, "nobody was asked"
    done = filled.run("events", "delete", "--document", "Jane Doe.pdf", "--yes")
    assert (done.returncode, done.stdout, done.stderr) == (DONE, "deleted 1 event with 1 dead letter\n", "")
    assert filled.run("events", "delete", "--document", "Jane Doe.pdf", "--yes").returncode == NO
    assert [each["document"] for each in rows(filled.run("events", "list", "--json"))] == ["", "public.pdf"]
    files = [filled.journal_path, filled.journal_path.with_name(filled.journal_path.name + "-wal")]
    assert not any(b"Jane Doe" in each.read_bytes() for each in files if each.exists())
    if online:
        assert "deleted 1 event(s) with 1 dead letter(s)" in filled.log()
        assert status(filled)["sinks"][1]["dead_letters"] == 0
        assert filled.send(failure_event("Jane Doe.pdf"), "msg_of_jane").status == 204
        until(lambda: status(filled)["sinks"][1]["dead_letters"] == 1, "the copy, which is a new event")
        filled.stop()
    assert filled.run("journal", "check").returncode == DONE


def test_what_a_sink_still_waits_for_is_kept_with_the_reason(make_daemon, tmp_path):
    hook = exec_sink(write_hook(tmp_path, "exit 75"), retry={"first": "1h", "max": "1h"})
    daemon = make_daemon(sinks=[hook]).start()
    daemon.send(success_event("Jane Doe.pdf"))
    until(lambda: status(daemon)["sinks"][0]["waiting"] == 1, "the retry")
    refused = daemon.run("events", "delete", "1", "--yes")
    assert refused.returncode == NO and "event 1 is retrying for sink hook" in refused.stderr
    assert daemon.run("events", "show", "1").returncode == DONE


@pytest.mark.parametrize("query", ["", "document=", "id=1&document=x", "id=1&collection=x", "collection=x", "document=x&type=y",
                                   "document=x&sink=hook", "id=1&state=dead", "id=1&all_sinks=true", "since=2026-01-01T00:00:00Z"])
def test_a_deletion_names_one_event_or_one_document(filled, query):
    assert ask(unix_socket(filled), f"/v1/events/delete?{query}", method="POST").status == 400


@pytest.mark.parametrize("words", [[], ["1", "--document", "x"], ["1", "--collection", "x"], ["--collection", "x"]])
def test_a_contradicting_deletion_is_a_usage_error(filled, words):
    assert filled.run("events", "delete", *words, "--yes").returncode == USAGE
