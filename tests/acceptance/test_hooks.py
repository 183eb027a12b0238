# SPDX-License-Identifier: MIT
"""The example hooks of config/hooks, with names such as people and attackers give to documents."""

import contextlib
import email
import email.policy
import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from harness import failure_event, message_id, success_event, until
from harness import postgresql
from harness.colivara import ColiVara, reply
from harness.hooks import exec_sink

HOOKS = Path(__file__).resolve().parents[2] / "config" / "hooks"
DONE, NEVER, LATER = 0, 65, 75
TO = "ops@example.com"
NAMES = [
    "report.pdf", "", " ", "Bericht für März – Übersicht.pdf", "名前 📄.pdf", "a/../../etc/passwd",
    "--config=/etc/passwd", "-i", "@/etc/passwd", "two\nlines", "x\r\nBcc: evil@example.com\r\n\r\nbody", "\n.\nQUIT",
    '"quoted"', "it's", "`touch pwned`", "$(touch pwned)", "; touch pwned #", "%s%n%d", "\\n\\x41", "<!channel> & <b>bold</b>",
    "@channel @here", "'); DROP TABLE event; --", "\x1b[2J\x07", "a\x00b", "\u202egnp.exe", "x" * 20_000,
    "[link](https://evil.example)",
]


@pytest.fixture
def outside(tmp_path):
    """A sendmail that keeps its arguments and its input; with the code to end with in `code`."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "mails").mkdir()
    sendmail = tmp_path / "bin" / "sendmail"
    sendmail.write_text(f"""#!/bin/sh
kept=$(mktemp '{tmp_path}/mails/XXXXXX')
for word; do printf '%s\\n' "$word"; done >"$kept.words"
cat >"$kept.mail"
mv "$kept" "$kept.done"
exit $(cat '{tmp_path}/code' 2>/dev/null || echo 0)
""")
    sendmail.chmod(0o755)
    return tmp_path


def environment(outside):
    return ["/usr/bin/env", f"PATH={outside}/bin:/usr/bin:/bin"]


def mails(outside):
    """(arguments, the parsed message) of each."""
    found = []
    for done in (outside / "mails").glob("*.done"):
        message = email.message_from_bytes(done.with_suffix(".mail").read_bytes(), policy=email.policy.default)
        found.append((done.with_suffix(".words").read_text().split("\n")[:-1], message))
    return found


def chat_file(outside, base):
    path = outside / "chat.curl"
    path.write_text(f'url = "{base}/hooks/T0"\n')
    path.chmod(0o600)
    return path


def rows(database, what="*"):
    with contextlib.closing(sqlite3.connect(database)) as opened:
        return opened.execute(f"SELECT {what} FROM event ORDER BY sequence").fetchall()


def line(data, **fields):
    """An event as a sink gets it."""
    event = {"specversion": "1.0", "id": message_id(), "source": "colivara", "type": "upsert.fail",
             "time": "2026-11-22T22:48:01.123Z", "datacontenttype": "application/json", "sequence": "42", **fields}
    return json.dumps({**event, **({} if data is None else {"data": data})}).encode() + b"\n"


def run(outside, name, *arguments, event, code=DONE):
    done = subprocess.run([*environment(outside), HOOKS / name, *arguments], input=event, capture_output=True,
                          cwd=outside, timeout=60)
    assert done.returncode == code, done.stderr
    assert (code == DONE) == (done.stderr == b""), done.stderr
    assert b"Traceback" not in done.stderr
    return done


ODD = [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"{}", b'{"type":1}']


# Under the daemon, with every name

@pytest.fixture
def told(outside, make_daemon):
    """What the three hooks made of an event for each name, under a real daemon."""
    with ColiVara(lambda request: reply(200, b"ok")) as chat:
        commands = {"mail": [TO], "chat": [chat_file(outside, chat.base)], "sqlite": [outside / "events.db"]}
        daemon = make_daemon(sinks=[exec_sink(None, name, command=[*environment(outside), HOOKS / name, *arguments],
                                              retry={"attempts": 2}) for name, arguments in commands.items()]).start()
        for name in NAMES:
            assert daemon.send(failure_event(name, error=f"no luck with {name}")).status == 204
        log = daemon.log
        until(lambda: len(mails(outside)) == len(NAMES), lambda: f"{len(mails(outside))} mails\n{log()}")
        until(lambda: len(chat.requests) == len(NAMES), lambda: f"{len(chat.requests)} messages\n{log()}")
        until(lambda: (outside / "events.db").exists() and len(rows(outside / "events.db")) == len(NAMES),
              lambda: f"the rows\n{log()}")
        daemon.stop()
        assert "dead" not in daemon.log()
        yield outside, chat.requests
    assert not list(outside.rglob("pwned"))


def test_hostile_names_reach_mail_chat_and_database_as_mere_text(told):
    outside, messages = told
    for words, mail in mails(outside):
        assert words == ["-i", "--", TO]
        assert set(mail.keys()) == {"Subject", "To", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                                    "Content-Transfer-Encoding"}
        assert mail["To"] == TO and "\n" not in mail["Subject"] and mail.defects == []
        assert [each.partition(" ")[0] for each in mail.get_content().rstrip("\n").split("\n")] == [
            "Document", "Collection", "Error", "Received", "Event"]
    for message in messages:
        assert message.target == "/hooks/T0"
        (text,) = json.loads(message.body).values()
        assert text.count("\n") == 1 and "<" not in text and "@c" not in text and "@h" not in text
        assert text.count("`") == 4 and len(text) < 2500
    assert [name for name, in rows(outside / "events.db", "name")] == NAMES
    subjects = " ".join(mail["Subject"] for _, mail in mails(outside))
    texts = " ".join(json.loads(message.body)["text"] for message in messages)
    for name in ("Bericht für März – Übersicht.pdf", "名前 📄.pdf", "--config=/etc/passwd", "$(touch pwned)"):
        assert name in subjects and name in texts


@pytest.mark.skipif(postgresql.programs() is None, reason="needs PostgreSQL's server, and to be root to start it")
def test_postgresql_gets_a_row_for_each_name_and_never_more(outside):
    shown = "SELECT json_agg(json_build_array(name, error) ORDER BY sequence) FROM webhook_event"
    with postgresql.server() as connection:
        for number, name in enumerate(NAMES):
            event = line(json.loads(failure_event(name, error=f"no luck with {name}")), sequence=str(number))
            for _ in range(2):
                run(outside, "postgresql", connection, event=event)
        wanted = [name.replace("\0", "\ufffd") for name in NAMES]
        assert postgresql.ask(connection, shown) == [[name, f"no luck with {name}"] for name in wanted]
        for data in (None, [], "text", {"name": 7}):
            run(outside, "postgresql", connection, event=line(data, data_base64="AA=="))
        for event in ODD:
            run(outside, "postgresql", connection, event=event, code=NEVER)
        run(outside, "postgresql", connection + " options=-crole=nobody", event=line({}), code=LATER)
        assert postgresql.ask(connection, "SELECT count(*) FROM webhook_event") == len(NAMES) + 4
    run(outside, "postgresql", connection, event=line({}), code=LATER)
    run(outside, "postgresql", event=line({}), code=LATER)
    assert not list(outside.rglob("pwned"))


# Exit codes, one by one

@pytest.mark.parametrize("event", ODD)
def test_what_is_no_event_is_rejected_for_good(outside, event):
    run(outside, "mail", TO, event=event, code=NEVER)
    run(outside, "sqlite", outside / "events.db", event=event, code=NEVER)
    if not event.startswith(b"{") or event == b"{":
        run(outside, "chat", chat_file(outside, "http://127.0.0.1:9"), event=event, code=NEVER)
    assert mails(outside) == []


@pytest.mark.parametrize("data", [None, {}, [], "text", 7, {"name": 7, "error": {"a": [1]}, "collection_name": None},
                                  {"name": ["x"], "id": 2**70}])
def test_events_of_any_shape_are_told(outside, data):
    fields = {"data_base64": "AA=="} if data is None else {}
    event = line(data, type="unknown" if data is None else "upsert.fail", **fields)
    with ColiVara(lambda request: reply(200, b"ok")) as chat:
        run(outside, "chat", chat_file(outside, chat.base), event=event)
    run(outside, "mail", TO, event=event)
    run(outside, "sqlite", outside / "events.db", event=event)
    assert len(mails(outside)) == len(chat.requests) == len(rows(outside / "events.db")) == 1


def test_half_a_character_is_no_trouble(outside):
    event = line({"name": "half \ud800 of one"})
    run(outside, "mail", TO, event=event)
    run(outside, "sqlite", outside / "events.db", event=event)
    assert rows(outside / "events.db", "name") == [("half ? of one",)]


def test_an_event_that_comes_again_is_the_same_row_and_the_same_mail(outside):
    event = line(json.loads(success_event()), type="upsert.success")
    for _ in range(2):
        run(outside, "sqlite", outside / "events.db", event=event)
        run(outside, "mail", TO, event=event)
    ((name, document, error, body),) = rows(outside / "events.db", "name, document, error, body")
    assert (name, document, error) == ("report.pdf", 4711, None) and json.loads(body)["num_pages"] == 12
    assert len({mail["Message-ID"] for _, mail in mails(outside)}) == 1


@pytest.mark.parametrize("code", [1, 65, 67, 75, 78])
def test_a_sendmail_that_fails_is_tried_again(outside, code):
    (outside / "code").write_text(str(code))
    done = subprocess.run([*environment(outside), HOOKS / "mail", TO], input=line({}), timeout=60, capture_output=True)
    assert done.returncode == LATER


def test_what_is_missing_is_waited_for(outside):
    run(outside, "mail", event=line({}), code=LATER)
    run(outside, "mail", "-oops", event=line({}), code=LATER)
    run(outside, "sqlite", event=line({}), code=LATER)
    run(outside, "sqlite", outside / "missing" / "events.db", event=line({}), code=LATER)
    run(outside, "chat", event=line({}), code=LATER)
    run(outside, "chat", outside / "absent.curl", event=line({}), code=LATER)
    (outside / "bin" / "sendmail").unlink()
    run(outside, "mail", TO, event=line({}), code=LATER)
    bare = subprocess.run([HOOKS / "chat", chat_file(outside, "http://127.0.0.1:9")], input=line({}),
                          env={"PATH": "/nowhere"}, capture_output=True, timeout=60)
    assert (bare.returncode, bare.stderr) == (LATER, b"install jq and curl\n")


@pytest.mark.parametrize("status, code", [
    (200, DONE), (204, DONE), (400, NEVER), (413, NEVER), (401, LATER), (404, LATER), (301, LATER), (429, LATER),
    (500, LATER), (503, LATER)])
def test_what_the_chat_answers_decides_whether_to_try_again(outside, status, code):
    with ColiVara(lambda request: reply(status)) as chat:
        done = subprocess.run([HOOKS / "chat", chat_file(outside, chat.base)], input=line({"name": "x"}), timeout=60,
                              capture_output=True)
    assert done.returncode == code, done.stderr
    assert done.stdout == b""


def test_a_chat_that_is_not_there_is_tried_again(outside):
    run(outside, "chat", chat_file(outside, "http://127.0.0.1:9"), event=line({}), code=LATER)


def test_a_database_that_another_program_writes_to_is_waited_for(outside):
    run(outside, "sqlite", outside / "events.db", event=line({}))
    with contextlib.closing(sqlite3.connect(outside / "events.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = subprocess.Popen([HOOKS / "sqlite", outside / "events.db"], stdin=subprocess.PIPE)
        waiting.stdin.write(line({}))
        waiting.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.3)
        other.execute("COMMIT")
    assert waiting.wait(30) == DONE
    assert len(rows(outside / "events.db")) == 2


def test_the_hooks_are_programs_and_what_they_say_of_themselves_is_true():
    assert sorted(each.name for each in HOOKS.iterdir()) == ["chat", "mail", "postgresql", "sqlite"]
    for each in HOOKS.iterdir():
        assert os.access(each, os.X_OK)
        assert f'"/etc/colivara-hookd/hooks/{each.name}"' in each.read_text()
    for name in ("mail", "sqlite"):
        compile((HOOKS / name).read_text(), name, "exec")
    for name in ("chat", "postgresql"):
        assert subprocess.run(["/bin/sh", "-n", HOOKS / name]).returncode == 0
