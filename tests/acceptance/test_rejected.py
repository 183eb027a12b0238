# SPDX-License-Identifier: MIT
"""Rejected requests that the daemon keeps in memory: list, show, export, and verify, which explains them."""

import json
import re
import time

import pytest

from harness import exchange, message_id, new_secret, post, signature_headers, success_event
from harness.admin import ask, tcp_socket, unix_socket

PRIVATE = "Bearer 4711-private"


@pytest.fixture
def keeping(make_daemon):
    """A daemon that keeps bodies, too."""
    daemon = make_daemon(certificates=None)
    daemon.configuration["rejected"] = {"keep_bodies": True}
    return daemon.start()


def forged(id, body=None, **changed):
    """A request that is signed with another secret."""
    body = body or success_event()
    headers = {**signature_headers(new_secret(), body, id), **changed}
    return post(body, headers, extra=[f"Authorization: {PRIVATE}"])


def listed(daemon):
    done = daemon.run("rejected", "list", "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def secret_file(daemon):
    path = daemon.directory / "secret"
    path.touch(mode=0o600)
    path.write_text(daemon.secret + "\n")
    return path


def exported(daemon, id):
    """The path of the request that the daemon exported."""
    path = daemon.directory / "captured.http"
    done = daemon.run("rejected", "export", id)
    assert done.returncode == 0, done.stderr
    path.write_bytes(done.stdout.encode())
    return path, done.stderr


def test_an_exported_request_is_explained_by_verify(keeping):
    """A proxy has changed the body of an authentic message: verify finds the original."""
    body = success_event()
    headers = signature_headers(keeping.secret, body)
    assert exchange(keeping.http, post(body + b"\n", headers)).status == 401
    [request] = listed(keeping)
    assert request["reason"] == "wrong_signature" and request["body_kept"]
    path, told = exported(keeping, request["id"])
    assert "verify --secret-file SECRET --request FILE --at " in told
    done = keeping.run("verify", "--secret-file", secret_file(keeping), "--request", path, "--explain")
    assert done.returncode == 1
    assert done.stdout.startswith("not valid: ") and "line" in done.stdout, done.stdout


def test_without_its_body_a_request_is_exported_only_if_its_signature_was_not_reached(make_daemon):
    with make_daemon(certificates=None) as daemon:
        assert exchange(daemon.http, forged(message_id())).status == 401
        stale = signature_headers(daemon.secret, b"{}", timestamp=int(time.time()) - 3600)
        assert exchange(daemon.http, post(b"{}", stale)).status == 401
        newest, oldest = listed(daemon)
        refused = daemon.run("rejected", "export", oldest["id"])
        assert refused.returncode == 1 and refused.stdout == "" and "rejected.keep_bodies" in refused.stderr
        path, told = exported(daemon, newest["id"])
        assert "warning: the body was not kept" in told
        done = daemon.run("verify", "--secret-file", secret_file(daemon), "--request", path, "--explain")
        assert "too_old" in done.stdout or "old" in done.stdout


def test_it_is_known_why_and_from_whom_but_no_private_value_is_kept(keeping):
    id = message_id()
    assert exchange(keeping.http, forged(id)).status == 401
    assert exchange(keeping.http, post(b"", {}, path="/nowhere?token=4711-private")).status == 404
    assert exchange(keeping.http, b"NONSENSE\r\n\r\n").status == 400
    malformed, unknown, wrong = listed(keeping)
    assert [each["reason"] for each in (malformed, unknown, wrong)] == ["bad_request", "unknown_path", "wrong_signature"]
    assert malformed["detail"] and "method" not in malformed
    assert unknown["path"] == "/nowhere" and "endpoint" not in unknown
    assert wrong["endpoint"] == "colivara" and wrong["client"] == "127.0.0.1" and wrong["status"] == 401
    assert wrong["header_bytes"] > 100 and wrong["body_bytes"] == len(success_event())
    assert {"name": "svix-id", "value": id} in wrong["signature_headers"] and "Authorization" in wrong["header_names"]
    shown = keeping.run("rejected", "show", wrong["id"])
    assert shown.returncode == 0 and id in shown.stdout and "wrong_signature" in shown.stdout
    everything = shown.stdout + keeping.run("rejected", "list").stdout + json.dumps([malformed, unknown, wrong])
    assert "4711-private" not in everything


def test_what_a_client_sends_controls_no_terminal(keeping):
    hostile = b"POST /\x1b[31m HTTP/1.1\r\nHost: a\r\nsvix-id: \xc2\x9b2J\x1b]0;x\x07\r\nContent-Length: 0\r\n\r\n"
    exchange(keeping.http, hostile)
    exchange(keeping.http, post(b"{}", {"svix-id": "MARK"}).replace(b"MARK", b"\xc2\x9b2J\xff"))
    for words in (["list"], ["list", "--json"], ["show", 1], ["show", 2]):
        done = keeping.run("rejected", *words)
        assert done.returncode == 0, done.stderr
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stdout), words


def test_a_flood_of_one_client_leaves_the_requests_of_others(make_daemon):
    daemon = make_daemon(certificates=None, listener={"trusted_proxies": ["127.0.0.1/32"]})
    daemon.configuration["rejected"] = {"keep": 16}
    with daemon:
        def rejected(client):
            request = post(b"{}", signature_headers(new_secret(), b"{}"), extra=[f"X-Forwarded-For: {client}"])
            assert exchange(daemon.http, request).status == 401

        rejected("192.0.2.1")
        for _ in range(50):
            rejected("198.51.100.7")
        clients = [each["client"] for each in listed(daemon)]
        assert len(clients) == 16 and clients[-1] == "192.0.2.1"


def test_how_many_are_kept_changes_with_a_reload(make_daemon):
    with make_daemon(certificates=None) as daemon:
        assert exchange(daemon.http, forged(message_id())).status == 401
        daemon.configuration["rejected"] = {"keep": 0}
        assert daemon.run("reload").returncode == 0
        assert listed(daemon) == []
        done = daemon.run("rejected", "list")
        assert done.returncode == 0 and "set rejected.keep" in done.stderr
        done = daemon.run("rejected", "show", 1)
        assert done.returncode == 1 and "no rejected request" in done.stderr


def test_only_the_unix_socket_shows_them(make_daemon):
    daemon = make_daemon(certificates=None)
    daemon.configuration["admin"]["address"] = "127.0.0.1:0"
    with daemon:
        assert ask(unix_socket(daemon), "/v1/rejected").status == 200
        assert ask(tcp_socket(daemon), "/v1/rejected").status in (403, 404)
