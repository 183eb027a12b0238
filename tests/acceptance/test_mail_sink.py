# SPDX-License-Identifier: MIT
"""The mail sink: what arrives at a mail server, and what becomes of an event that does not."""

import re
import socket
import subprocess
import threading

from harness import failure_event, until
from harness.hooks import sink_rows
from harness.mail_server import MailServer
from harness.receiver import send, settled, wait_until_delivered


def mail_sink(at, **keys):
    return {"name": "app", "type": "mail", "server": f"smtp://127.0.0.1:{at.port}", "from": "hookd@example.org",
            "to": ["ops@example.org", "dev@example.org"], "retry": {"attempts": 3, "first": "10ms", "max": "20ms"}, **keys}


def test_a_failure_is_mailed_with_its_document_and_error_to_all_recipients(make_daemon):
    with MailServer() as server:
        daemon = make_daemon(sinks=[mail_sink(server, starttls="off")]).start()
        id = send(daemon, failure_event("Bericht ä 📄.pdf", "berichte", error="cannot convert\npage 7"))
        until(lambda: server.mails, "the mail")
        wait_until_delivered(daemon, 1)
    mail, = server.mails
    assert mail.recipients == ["ops@example.org", "dev@example.org"]
    assert mail["From"] == "hookd@example.org" and mail["To"] == "ops@example.org, dev@example.org"
    assert mail["Subject"] == "ColiVara: upsert.fail: Bericht ä 📄.pdf"
    assert mail["Message-ID"] == f"<{id}.1@colivara-hookd.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Date"].datetime
    text = mail.get_content().replace("\r\n", "\n")
    for line in ("Document    Bericht ä 📄.pdf", "Collection  berichte", "Error       cannot convert\npage 7",
                 "Result      upsert.fail: There was an error processing your document", f"Event       {id} at colivara ("):
        assert line in text


def test_what_a_document_is_called_cannot_add_a_field_a_recipient_or_an_end_of_the_mail(make_daemon):
    name = "x\r\nBcc: evil@example.org\r\n\r\nbody\r\n.\r\nQUIT\r\n" + "ü" * 300 + "=?UTF-8?B?eA==?="
    with MailServer() as server:
        daemon = make_daemon(sinks=[mail_sink(server, starttls="off")]).start()
        send(daemon, failure_event(name, error="a\r\n.\r\nRSET\r\n.leading dot"))
        until(lambda: server.mails, "the mail")
        wait_until_delivered(daemon, 1)
    mail, = server.mails
    assert mail.recipients == ["ops@example.org", "dev@example.org"] and mail["Bcc"] is None
    assert mail["Subject"].startswith("ColiVara: upsert.fail: x  Bcc: evil@example.org    body  .  QUIT  üü")
    assert ". \r\nRSET \r\n.leading dot" in mail.get_content()


def test_starttls_and_a_login_are_used_and_the_password_is_never_shown(make_daemon, certificates, tmp_path):
    password = tmp_path / "password"
    password.write_text("s3cret-pässword\n")
    password.chmod(0o600)
    with MailServer((certificates.certificate, certificates.private_key), ("hookd", "s3cret-pässword")) as server:
        daemon = make_daemon(log={"level": "trace"}, sinks=[
            mail_sink(server, username="hookd", password={"file": str(password)}, ca_file=str(certificates.authority))])
        daemon.start()
        send(daemon, failure_event())
        until(lambda: server.mails, "the mail")
        wait_until_delivered(daemon, 1)
        assert server.encrypted == [True]
        assert "s3cret" not in daemon.log() + daemon.run("check", "--print").stdout


def test_a_server_that_is_not_trusted_or_refuses_the_login_or_is_away_pauses_the_sink_and_costs_no_attempt(
        make_daemon, certificates, tmp_path):
    password = tmp_path / "password"
    password.write_text("wrong\n")
    password.chmod(0o600)
    with socket.socket() as closed, \
            MailServer((certificates.certificate, certificates.private_key), ("hookd", "right")) as server:
        closed.bind(("127.0.0.1", 0))
        sinks = [mail_sink(server, name="app"),
                 mail_sink(server, name="login", username="hookd", password={"file": str(password)},
                           ca_file=str(certificates.authority)),
                 mail_sink(server, name="away", server=f"smtp://127.0.0.1:{closed.getsockname()[1]}", starttls="off")]
        daemon = make_daemon(sinks=sinks).start()
        send(daemon, failure_event())
        for name in ("app", "login", "away"):
            until(lambda: f"sink {name}: " in daemon.log(), f"the log line of {name}")
        assert server.mails == []
        daemon.stop()
        assert sink_rows(daemon.journal_path)[1] == {}


def test_without_starttls_no_mail_is_sent_where_it_is_required(make_daemon):
    with MailServer() as server:
        daemon = make_daemon(sinks=[mail_sink(server)]).start()
        send(daemon, failure_event())
        until(lambda: "sink app: " in daemon.log(), "the log line")
        assert server.attempts == 0


def test_a_mail_that_is_refused_for_now_is_tried_again_and_one_refused_for_ever_is_a_dead_letter(make_daemon):
    replies = {"later": ["451 try later", None], "never": ["550 content not wanted"] * 9}
    with MailServer(refuse=lambda mail: replies[mail["Subject"].split()[-1]].pop(0)) as server:
        daemon = make_daemon(sinks=[mail_sink(server, starttls="off")]).start()
        send(daemon, failure_event("later"))
        send(daemon, failure_event("never"))
        until(lambda: [mail["Subject"] for mail in server.mails] == ["ColiVara: upsert.fail: later"], "the mail")
        until(lambda: len(settled(daemon, dead=1)) == 1, "the dead letter")
        assert server.attempts == 3
        assert "550" in daemon.run("events", "list", "--state", "dead").stdout + daemon.log()


def test_a_server_that_greets_with_a_refusal_or_knows_no_recipient_pauses_the_sink(make_daemon):
    with socket.create_server(("127.0.0.1", 0)) as gate, MailServer() as server:
        def refuse():
            while True:
                peer, _ = gate.accept()
                peer.sendall(b"521 no mail here\r\n")
                peer.close()

        threading.Thread(target=refuse, daemon=True).start()
        server.handle_RCPT = no_such_recipient
        sinks = [mail_sink(server, name="gate", starttls="off", server=f"smtp://127.0.0.1:{gate.getsockname()[1]}"),
                 mail_sink(server, name="app", starttls="off")]
        daemon = make_daemon(sinks=sinks).start()
        send(daemon, failure_event())
        for name, reply in (("gate", "521"), ("app", "550")):
            until(lambda: re.search(rf"sink {name}: unavailable.*{reply}", daemon.log()), f"the log line of {name}")
        daemon.stop()
        assert sink_rows(daemon.journal_path)[1] == {}


async def no_such_recipient(server, session, envelope, address, options):
    return "550 no such user"


def test_only_the_named_authorities_are_trusted(make_daemon, certificates, tmp_path):
    """Debian's libcurl also looks into its own directory, unless it is told not to."""
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    "/CN=other", "-keyout", tmp_path / "other-key.pem", "-out", other], check=True, capture_output=True)
    with MailServer((certificates.certificate, certificates.private_key)) as server:
        daemon = make_daemon(sinks=[mail_sink(server, ca_file=str(other))]).start()
        send(daemon, failure_event())
        until(lambda: "certificate" in daemon.log() and "sink app: unavailable" in daemon.log(), "the log line")
        assert server.mails == []


def test_a_template_with_an_unknown_name_is_an_error_that_names_the_nearest(make_daemon):
    with MailServer() as server:
        daemon = make_daemon(sinks=[mail_sink(server, starttls="off", subject="{documnet}", to=["a b"])])
        errors = daemon.run("check").stderr
    assert 'sink[0].subject: unknown name "documnet" in braces; did you mean "document"?' in errors
    assert 'sink[0].to[0]: invalid address "a b"' in errors
