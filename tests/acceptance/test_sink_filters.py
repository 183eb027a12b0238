# SPDX-License-Identifier: MIT
"""What a sink gets: its filters, what becomes of them at a reload, and what `sinks test` says beforehand."""

import json
import subprocess

import pytest

from harness import failure_event, message_id, read_lines, success_event, until
from harness.admin import status
from harness.daemon import binary
from harness.hooks import exec_sink, file_sink, lines_of, write_hook
from harness.mail_server import MailServer

DONE, NO, USAGE, CONFIG = 0, 1, 2, 78


def states(daemon, id):
    [event] = [json.loads(line) for line in daemon.run("events", "show", "--json", id).stdout.splitlines()]
    return {each["sink"]: each["state"] for each in event["sinks"]}


@pytest.fixture
def event_file(tmp_path):
    path = tmp_path / "event.json"
    path.write_bytes(failure_event("report.pdf", pages=9007199254740993))
    return path


def test_a_sink_gets_what_matches_its_collection_document_and_body(make_daemon, tmp_path):
    chosen = tmp_path / "chosen.jsonl"
    daemon = make_daemon(sinks=[file_sink(chosen, "chosen", collections=["re*"], documents=["*.pdf", "a?"],
                                          match={"/n": 9007199254740993, "/metadata/owner": "ä"})]).start()
    good = {"n": 9007199254740993}
    sent = {name: message_id() for name in ("good", "collection", "document", "number", "text")}
    daemon.send(success_event("a.pdf", "reports", **good), sent["good"])
    daemon.send(success_event("a.pdf", "other", **good), sent["collection"])
    daemon.send(success_event("a.txt", "reports", **good), sent["document"])
    daemon.send(success_event("a.pdf", "reports", n=9007199254740992), sent["number"])
    daemon.send(b"not JSON", sent["text"])
    until(lambda: status(daemon)["sinks"][0]["lag_events"] == 0, "all of them")
    assert [each["id"] for each in read_lines(chosen)] == [sent["good"]]
    expected = {name: {"chosen": "delivered" if name == "good" else "filtered"} for name in sent}
    assert {name: states(daemon, id) for name, id in sent.items()} == expected
    # Other filters are for other events: neither the cursor nor the past changes.
    del daemon.configuration["sink"][0]["match"]
    assert daemon.run("reload").returncode == DONE
    daemon.send(success_event("b.pdf", "reports"), sent_later := message_id())
    until(lambda: len(read_lines(chosen)) == 2, "the event that matches now")
    assert [each["id"] for each in read_lines(chosen)] == [sent["good"], sent_later]
    assert {name: states(daemon, id) for name, id in sent.items()} == expected
    daemon.stop()
    assert {name: states(daemon, id) for name, id in sent.items()} == expected


def test_a_test_shows_which_filter_does_not_match(make_daemon, tmp_path, event_file):
    daemon = make_daemon(sinks=[file_sink(tmp_path / "out.jsonl", "out", documents=["*.doc"], match={"/pages": 9007199254740992})])
    shown = daemon.run("sinks", "test", "out", "--event", event_file)
    assert shown.returncode == NO and "its filters do not match" in shown.stdout
    assert '  no  documents: "report.pdf" does not match ["*.doc"]\n' in shown.stdout
    assert "  no  match /pages: 9007199254740993 does not match 9007199254740992\n" in shown.stdout
    assert '  yes events: "upsert.fail" matches ["*"]\n' in shown.stdout
    assert f"  file: {tmp_path}/out.jsonl\n" in shown.stdout
    told = json.loads(daemon.run("sinks", "test", "out", "--event", event_file, "--json").stdout)
    assert told["matches"] is False and [each["holds"] for each in told["filters"]] == [True, True, True, False, False]
    assert daemon.run("sinks", "test", "out", "--event", event_file, "--deliver").returncode == NO
    assert not (tmp_path / "out.jsonl").exists()


def test_what_a_hook_is_shown_to_get_is_what_it_gets(make_daemon, tmp_path, event_file):
    hook = write_hook(tmp_path, 'cat > "$here/input"; env | grep -v "^PWD=\\|^_=\\|^SHLVL=" | sort > "$here/environment"')
    daemon = make_daemon(sinks=[exec_sink(hook, events=["upsert.other"])])
    words = ["sinks", "test", "hook", "--event", event_file, "--type", "upsert.other", "--json"]
    shown = json.loads(daemon.run(*words).stdout)
    assert not (tmp_path / "input").exists(), "nothing is delivered"
    assert [each["value"] for each in shown["fields"] if each["name"] == "command"] == [str(hook)]
    assert json.loads(shown["content"])["data"]["pages"] == 9007199254740993
    done = daemon.run(*words, "--deliver")
    shown, became = map(json.loads, done.stdout.splitlines())
    assert done.returncode == DONE and became["delivered"]
    assert (tmp_path / "input").read_text() == shown["content"]
    environment = sorted(each["value"] for each in shown["fields"] if each["name"] == "environment")
    assert sorted(lines_of(tmp_path / "environment")) == environment


def test_a_delivery_that_fails_is_told_with_its_detail(make_daemon, tmp_path, event_file):
    daemon = make_daemon(sinks=[exec_sink(write_hook(tmp_path, "echo no such table >&2; exit 65"))])
    done = daemon.run("sinks", "test", "hook", "--event", event_file, "--deliver")
    assert done.returncode == NO and "rejected, would be a dead letter: exit 65: no such table" in done.stdout


def test_a_mail_is_shown_as_text_and_header_values_are_not_shown(make_daemon, event_file):
    with MailServer() as server:
        mail = {"name": "mail", "type": "mail", "server": f"smtp://127.0.0.1:{server.port}", "starttls": "off",
                "from": "hookd@example.org", "to": ["ops@example.org"]}
        http = {"name": "app", "type": "http", "url": "http://127.0.0.1:9/hook", "headers": {"X-Key": "geheim"},
                "format": "original"}
        daemon = make_daemon(sinks=[mail, http])
        shown = daemon.run("sinks", "test", "mail", "--event", event_file, "--deliver")
        assert shown.returncode == DONE and "  subject: ColiVara: upsert.fail: report.pdf\n" in shown.stdout
        assert "Document    report.pdf\n" in shown.stdout
        arrived, = server.mails
        assert arrived["Subject"] == "ColiVara: upsert.fail: report.pdf"
    shown = daemon.run("sinks", "test", "app", "--event", event_file)
    assert "  url: http://127.0.0.1:9/hook\n" in shown.stdout and "header: X-Key: <secret>\n" in shown.stdout
    assert "header: svix-signature: v1," in shown.stdout and "geheim" not in shown.stdout
    assert shown.stdout.endswith(event_file.read_text() + "\n")


def test_what_is_not_configured_is_a_usage_error(make_daemon, event_file):
    daemon = make_daemon()
    assert daemon.run("sinks", "test", "nobody", "--event", event_file).returncode == USAGE
    assert daemon.run("sinks", "test", "events", "--event", event_file, "--endpoint", "nowhere").returncode == USAGE
