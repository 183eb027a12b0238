# SPDX-License-Identifier: MIT
"""The administration: who may ask what over which socket, what health and readiness say, and the commands that ask."""

import contextlib
import json
import os
import re
import signal
import socket
import stat
import struct
import subprocess
import threading
import time
from pathlib import Path

import pytest

from harness import Connection, Daemon, exchange, message_id, success_event, until
from harness.admin import ask, metrics, routes, status, tcp_socket, unix_socket
from harness.daemon import binary
from harness.hooks import exec_sink, write_hook

DONE, NO, USAGE, UNREACHABLE, IO, CONFIG = 0, 1, 2, 69, 74, 78
PAGE = Path(__file__).resolve().parents[2] / "docs" / "admin-api.md"


@pytest.fixture(scope="module")
def both(tmp_path_factory, certificates):
    """A daemon with both of its administration's sockets, for the tests that leave it as it was."""
    daemon = Daemon(tmp_path_factory.mktemp("both"), certificates)
    daemon.configuration["admin"]["address"] = "127.0.0.1:0"
    with daemon as running:
        yield running


def with_configuration(path, *words):
    """A command with another file than the daemon's."""
    return subprocess.run([binary(), "-c", path, *words], capture_output=True, text=True, timeout=60)


# Who may ask what

@pytest.mark.parametrize("where", [unix_socket, tcp_socket], ids=["unix", "tcp"])
@pytest.mark.parametrize("path, body", [("/healthz", b"ok\n"), ("/readyz", b"ready\n"), ("/readyz?verbose", b"ready\n")])
def test_health_and_readiness_are_told_on_both_sockets(both, where, path, body):
    answer = ask(where(both), path)
    assert (answer.status, answer.body) == (200, body)
    to_head = ask(where(both), path, "HEAD")
    assert (to_head.status, to_head.body) == (200, b"")
    assert to_head.fields["content-length"] == str(len(body))


def test_the_metrics_are_told_on_both_sockets(both):
    for where in (unix_socket, tcp_socket):
        answer = ask(where(both), "/metrics")
        assert answer.status == 200
        assert answer.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert b"\nhookd_ready 1\n" in answer.body


def methods_by_path(daemon, **names):
    """{path: its methods}, from the routes; each `{NAME}` is filled in, by default with 1."""
    found = {}
    for route in routes(daemon):
        path = re.sub(r"\{(\w+)\}", lambda each: str(names.get(each[1], 1)), route["path"])
        found.setdefault(path, []).extend(["GET", "HEAD"] if route["method"] == "GET" else [route["method"]])
    return found


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_the_tcp_address_controls_nothing_and_says_where_to_go(both, method):
    """Whatever the path refers to exists: it is the access that is refused."""
    id = message_id()
    assert both.send(success_event(), id).status == 204
    both.wait_for_events([id])
    before = status(both)
    paths = methods_by_path(both, name="events", id=id, sequence=before["journal"]["last_sequence"])
    control = [path for path in paths if path.startswith("/v1")] + ["/v1/", "/v1/nothing", "/v1/sinks/%4/pause"]
    assert len(control) > 10
    for path in control:
        for query in ("", f"?id={id}"):
            answer = ask(tcp_socket(both), path + query, method)
            assert answer.status == 403, path
            assert method == "HEAD" or b"Unix socket" in answer.body
    told = status(both)
    assert told["sinks"][0]["paused"] is False
    assert told["last_reload"] == before["last_reload"]


def test_anyone_may_use_only_health_and_metrics(both):
    assert [(each["method"], each["path"]) for each in routes(both) if each["access"] == "anyone"] == [
        ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")]


def test_the_page_of_the_api_lists_every_route_with_its_access_and_what_it_is_for(both):
    row = re.compile(r"^\| `([A-Z]+) (\S+)` \| (anyone|Unix socket) \| (.+) \|$", re.MULTILINE)
    listed = [(each["method"], each["path"], each["access"].replace("unix_socket", "Unix socket"), each["help"])
              for each in routes(both)]
    assert row.findall(PAGE.read_text()) == listed


# Whom a request is for

@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9464", "localhost.", "hookd.localhost", "hookd:9464", "127.0.0.1:1",
                                  "192.0.2.7", "[::1]:9464", "[2001:db8::7]"])
def test_addresses_and_local_names_may_be_asked_for_over_tcp(both, host):
    assert ask(tcp_socket(both), "/metrics", host=host).status == 200
    assert exchange(tcp_socket(both), f"GET http://{host}/readyz HTTP/1.1\r\nHost: a\r\n\r\n".encode()).status == 200


@pytest.mark.parametrize("host", ["attacker.example", "attacker.example:9464", "localhost.attacker.example",
                                  "attacker.notlocalhost", "127.0.0.1.attacker.example", "[localhost", "localhost:x:1"])
def test_another_name_that_leads_here_is_not_answered(both, host):
    """A page of that name would read what it gets: DNS rebinding."""
    for path in ("/metrics", "/readyz", "/healthz", "/v1/status", "/nothing"):
        answer = ask(tcp_socket(both), path, host=host)
        assert answer.status == 421
        assert b"admin.allowed_hosts" in answer.body and b"hookd_" not in answer.body
    assert ask(unix_socket(both), "/readyz", host=host).status == 200, "no browser reaches the Unix socket"


def test_an_absolute_target_says_whom_the_request_is_for(both):
    def asked(target, host):
        request = f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        return exchange(tcp_socket(both), request).status

    assert asked("http://localhost/readyz", "attacker.example") == 200, "RFC 9112 section 3.2.2: Host is ignored"
    assert asked("http://attacker.example/readyz", "localhost") == 421


def test_names_can_be_allowed_and_a_reload_takes_them_up(make_daemon):
    daemon = make_daemon()
    daemon.configuration["admin"].update({"address": "127.0.0.1:0", "allowed_hosts": ["hookd.example.org"]})
    daemon.start()
    assert ask(tcp_socket(daemon), "/readyz", host="HOOKD.example.org:9464").status == 200
    assert ask(tcp_socket(daemon), "/readyz", host="hookd.example.org.").status == 200
    assert ask(tcp_socket(daemon), "/readyz", host="x.hookd.example.org").status == 421
    daemon.configuration["admin"]["allowed_hosts"] = ["other.example"]
    assert daemon.run("reload").returncode == DONE
    assert ask(tcp_socket(daemon), "/readyz", host="hookd.example.org").status == 421
    assert ask(tcp_socket(daemon), "/readyz", host="other.example").status == 200


# What health checks send

@pytest.mark.parametrize("head", [
    b"GET /readyz HTTP/1.0\r\n\r\n", b"GET /readyz HTTP/1.0\r\nHost: hookd.example.org\r\n\r\n",
    b"HEAD /readyz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"])
def test_a_check_in_http_1_0_is_answered_and_its_connection_closed(both, head):
    with Connection(tcp_socket(both)) as connection:
        connection.send(head + b"GET /behind HTTP/1.0\r\n\r\n")
        answer = connection.response(to_head=head.startswith(b"HEAD"))
        assert (answer.status, answer.fields["connection"]) == (200, "close")
        assert connection.closed()


@pytest.mark.parametrize("fields", [
    b"", b"Host:\r\n", b"Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"])
def test_a_check_without_host_or_with_an_offer_to_upgrade_is_answered(both, fields):
    assert exchange(tcp_socket(both), b"GET /readyz HTTP/1.1\r\n" + fields + b"\r\n").status == 200


@pytest.mark.parametrize("head", [
    b"GET /readyz HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"GET /readyz HTTP/0.9\r\n\r\n",
    b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", b"GET /readyz HTTP/1.1\r\nHost: a/b\r\n\r\n",
    b"GET /readyz HTTP/1.0\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"])
def test_what_could_be_read_in_two_ways_is_refused_from_checks_too(both, head):
    assert exchange(tcp_socket(both), head).status == 400


def test_a_peer_that_is_gone_before_it_is_accepted_does_not_pass_for_one_on_the_unix_socket(both):
    """accept(2) hands out a connection that was reset, and getpeername(2) then knows no address of it."""
    since = len(both.log())
    both.signal(signal.SIGSTOP)
    try:
        connection = socket.create_connection(tcp_socket(both).endpoint)
        connection.sendall(b"POST /v1/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        public = socket.create_connection(both.http.endpoint)
        public.sendall(b"NONSENSE\r\n\r\n")
        public.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        public.close()
    finally:
        both.signal(signal.SIGCONT)
    assert both.send(success_event()).status == 204
    assert ask(tcp_socket(both), "/healthz").status == 200
    assert "client=unix" not in both.log()[since:]


def test_the_unix_socket_lets_in_its_owner_and_group_only(both):
    mode = os.stat(both.configuration["admin"]["socket"]).st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o660


@pytest.mark.parametrize("method, path, allow", [
    ("POST", "/healthz", "GET, HEAD"), ("DELETE", "/metrics", "GET, HEAD"), ("PUT", "/v1/status", "GET, HEAD"),
    ("GET", "/v1/reload", "POST"), ("HEAD", "/v1/reload", "POST"), ("DELETE", "/v1/events/replay", "POST"),
    ("GET", "/v1/events/drop", "POST"), ("POST", "/v1/events/1", "GET, HEAD"), ("POST", "/v1", "GET, HEAD")])
def test_another_method_is_answered_405_with_those_allowed(both, method, path, allow):
    answer = ask(unix_socket(both), path, method)
    assert (answer.status, answer.fields["allow"]) == (405, allow)


def test_every_path_has_the_methods_of_its_routes_and_no_other(both):
    for path, methods in methods_by_path(both).items():
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"} - set(methods):
            answer = ask(unix_socket(both), path, method)
            assert (answer.status, answer.fields["allow"]) == (405, ", ".join(methods)), f"{method} {path}"


@pytest.mark.parametrize("path", ["/", "/v1/", "/v1/nothing", "/healthz/", "/webhooks/colivara"])
def test_an_unknown_path_is_answered_404(both, path):
    assert ask(unix_socket(both), path).status == 404


def test_the_administration_takes_no_events(both):
    assert exchange(unix_socket(both), both.request(success_event())).status == 404


def test_a_body_past_the_small_limit_is_refused(both):
    request = b"POST /v1/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n"
    assert exchange(unix_socket(both), request).status == 413
    both.wait_for_log("413: body larger than any request to the admin server; client=")


def test_without_an_address_there_is_only_the_socket(make_daemon):
    daemon = make_daemon().start()
    assert daemon.log().count("administration on ") == 1


def test_an_administration_that_cannot_be_had_is_an_error_at_the_start(make_daemon):
    daemon = make_daemon()
    daemon.configuration["admin"]["socket"] = daemon.directory / "missing" / "admin.sock"
    daemon.launch()
    assert daemon.wait() == IO
    assert "missing/admin.sock" in daemon.log()


# Readiness

def test_a_full_journal_is_not_ready_and_says_why_until_there_is_room_again(make_daemon):
    daemon = make_daemon(journal={"max_size": "1 MiB"}, sinks=[]).start()
    until(lambda: daemon.send(success_event(name="x" * 100_000)).status == 503, "a full journal")
    answer = ask(unix_socket(daemon), "/readyz")
    assert (answer.status, answer.body) == (503, b"journal.max_size is reached: raise it, or shorten journal.retention\n")
    assert ask(unix_socket(daemon), "/healthz").status == 200, "restarting it would not help"
    shown = daemon.run("status")
    assert shown.returncode == NO
    assert "NOT READY" in shown.stdout
    assert "journal.max_size is reached" in shown.stdout
    daemon.stop()
    daemon.configuration["journal"]["max_size"] = "64 MiB"
    daemon.start()
    assert ask(unix_socket(daemon), "/readyz").status == 200
    assert daemon.run("status").returncode == DONE


def test_a_full_disk_is_not_ready_until_there_is_space_again_though_nobody_sends(small_disk, make_daemon):
    daemon = make_daemon(journal={"path": small_disk / "journal.db"}, sinks=[]).start()
    filler = small_disk / "filler"
    with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096) > 0:
            pass
    # The file system may find some space again when it writes what it has put off: then the next events take it.
    until(lambda: daemon.send(success_event(name="x" * 60_000)).status == 503
          and ask(unix_socket(daemon), "/readyz").body == b"the journal's disk is full\n", "a full disk that is told")
    assert ask(unix_socket(daemon), "/readyz").status == 503
    filler.unlink()
    until(lambda: ask(unix_socket(daemon), "/readyz").status == 200, "readiness")
    assert daemon.send(success_event()).status == 204


def test_a_daemon_out_of_descriptors_is_not_ready_until_it_has_some(make_daemon):
    daemon = make_daemon().start()
    daemon.limit_descriptors(64)
    with Connection(unix_socket(daemon)) as kept:
        assert ask(None, "/readyz", connection=kept).status == 200
        slow_clients = [Connection(daemon.http) for _ in range(64)]
        until(lambda: ask(None, "/readyz", connection=kept).status == 503, "no readiness")
        assert b"descriptors" in ask(None, "/readyz", connection=kept).body
        for each in slow_clients:
            each.close()
        until(lambda: ask(None, "/readyz", connection=kept).status == 200, "readiness")


def test_a_daemon_that_drains_is_alive_and_not_ready(make_daemon):
    daemon = make_daemon().start()
    request = daemon.request(success_event())
    holds_the_drain = Connection(daemon.http)
    holds_the_drain.send(daemon.request(success_event()))
    assert holds_the_drain.response().status == 204
    holds_the_drain.send(request[:-10])
    with Connection(unix_socket(daemon)) as kept:
        ask(None, "/readyz", connection=kept)
        daemon.signal(signal.SIGTERM)
        until(lambda: ask(None, "/readyz", connection=kept).status == 503, "the drain")
        assert ask(None, "/readyz", connection=kept).body == b"stopping\n"
        assert ask(None, "/healthz", connection=kept).status == 200
        assert metrics(daemon)["hookd_ready"] == 0
    holds_the_drain.send(request[-10:])
    assert holds_the_drain.response().status == 204
    assert daemon.wait() == DONE
    assert not Path(daemon.configuration["admin"]["socket"]).exists()


def test_a_drain_that_waits_for_a_sink_can_be_watched(make_daemon, tmp_path):
    hook = write_hook(tmp_path, 'touch "$here/began"; exec sleep 1000')
    daemon = make_daemon(sinks=[exec_sink(hook)], server={"drain_timeout": "2s"}).start()
    daemon.send(success_event())
    until(lambda: (tmp_path / "began").exists(), "the hook")
    daemon.signal(signal.SIGTERM)
    daemon.wait_for_log("draining")
    time.sleep(0.5)  # the connections, of which there are none, have ended; the sink has not
    assert [(each["name"], each["in_flight"]) for each in status(daemon)["sinks"]] == [("hook", 1)]
    assert daemon.wait() == DONE


def test_a_client_that_stays_does_not_hold_the_daemon_up(make_daemon):
    daemon = make_daemon().start()
    with Connection(unix_socket(daemon)) as idle, Connection(unix_socket(daemon)) as slow:
        ask(None, "/healthz", connection=idle)
        slow.send(b"GET /healthz HTTP/1.1\r\n")
        began = time.monotonic()
        daemon.stop()
        assert time.monotonic() - began < 5, "header_timeout is 10 s"


# The control API

def test_the_status_tells_what_the_daemon_has_done(make_daemon, tmp_path):
    hook = write_hook(tmp_path, "exit 65")
    daemon = make_daemon(sinks=[exec_sink(hook)]).start()
    id = message_id()
    daemon.send(success_event(), id)
    daemon.send(success_event(), id)
    exchange(daemon.http, b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
    told = until(lambda: (now := status(daemon))["sinks"][0]["dead_letters"] == 1 and now, "the dead letter")
    version = daemon.run("version").stdout.split()[1]
    assert (told["version"], told["pid"], told["ready"], told["reasons"]) == (version, daemon.process.pid, True, [])
    assert told["started"].endswith("Z") and told["uptime_seconds"] < 60
    assert told["requests"] == {"204": 2, "404": 1}
    assert told["refusals"] == {"unknown_path": 1}
    [endpoint] = told["endpoints"]
    assert [endpoint[key] for key in ("name", "accepted", "duplicate")] == ["colivara", 1, 1]
    assert endpoint["last_authentic"].startswith("20")
    assert told["journal"]["last_sequence"] == 1
    assert [each["address"] for each in told["listeners"]] == [each.address for each in daemon.listeners]
    assert [each["tls"] for each in told["listeners"]] == [False, True]
    assert told["listeners"][1]["certificate_expires"].startswith("20")
    [sink] = told["sinks"]
    assert [sink[key] for key in ("name", "type", "available", "rejected", "lag_events")] == ["hook", "exec", True, 1, 0]
    assert told["last_reload"]["applied"] is True
    assert json.loads(ask(unix_socket(daemon), "/v1/sinks").body) == {"sinks": told["sinks"], "orphans": []}


def test_nothing_that_is_told_holds_a_secret(both):
    for path in ("/metrics", "/v1/status", "/v1/sinks", "/v1/sinks/events"):
        answer = ask(unix_socket(both), path)
        assert answer.status == 200
        assert both.secret.removeprefix("whsec_").encode() not in answer.body


# The commands

def test_status_is_for_people_and_for_machines(both):
    both.send(success_event())
    shown = both.run("status")
    assert (shown.returncode, shown.stderr) == (DONE, "")
    assert shown.stdout.startswith("colivara-hookd ") and ": ready, up " in shown.stdout
    assert all(len(line) <= 80 for line in shown.stdout.splitlines())
    for name in ("colivara", "events", both.http.address, both.https.address):
        assert name in shown.stdout
    machine = both.run("status", "--json")
    assert machine.returncode == DONE
    assert machine.stdout.count("\n") == 1
    assert json.loads(machine.stdout)["ready"] is True


@pytest.mark.parametrize("words", [["status"], ["status", "--json"], ["reload"]])
def test_a_daemon_that_does_not_run_is_unreachable_and_the_message_begins_with_what_to_do(make_daemon, words):
    daemon = make_daemon()
    for _ in range(2):
        asked = daemon.run(*words)
        assert (asked.returncode, asked.stdout) == (UNREACHABLE, "")
        assert asked.stderr.startswith("colivara-hookd: nothing listens on ") and "is the daemon running?" in asked.stderr
        assert str(daemon.configuration["admin"]["socket"]) in asked.stderr
        daemon.start()
        daemon.kill()


@pytest.mark.parametrize("words", [["status"], ["reload"]])
def test_another_programs_socket_is_no_daemon(both, tmp_path, words):
    path = tmp_path / "other"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        other.settimeout(20)

        def answer():
            peer, _ = other.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                             if words == ["status"] else b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        asked = both.run(*words, "--socket", path)
        thread.join()
    assert asked.returncode == UNREACHABLE
    assert str(path) in asked.stderr


def test_the_commands_need_no_secret_and_no_other_part_of_the_configuration(both, tmp_path):
    """Only where the socket is; everything else may be wrong or unreadable."""
    elsewhere = tmp_path / "hookd.toml"
    elsewhere.write_text('[[endpoint]]\nsecrets = [{ file = "/nowhere" }]\nnonsense = 1\n'
                         f'[admin]\nsocket = "{both.configuration["admin"]["socket"]}"\nnonsense = 1\n')
    asked = with_configuration(elsewhere, "status")
    assert (asked.returncode, asked.stderr) == (DONE, "")


def test_the_socket_can_be_named_whatever_the_configuration(both):
    asked = with_configuration("/nowhere", "status", "--socket", both.configuration["admin"]["socket"])
    assert asked.returncode == DONE


def test_a_reload_that_is_refused_says_why_and_exits_78(make_daemon):
    daemon = make_daemon().start()
    daemon.configuration["nonsense"] = {"a": 1}
    daemon.configuration["server"]["max_body"] = "huge"
    asked = daemon.run("reload")
    assert (asked.returncode, asked.stdout) == (CONFIG, "")
    assert [error.split(": ")[1] for error in asked.stderr.splitlines()] == ["server.max_body", "nonsense"]
    answer = ask(unix_socket(daemon), "/v1/reload", "POST")
    assert answer.status == 422
    assert answer.fields["content-type"] == "application/json"
    told = json.loads(answer.body)
    assert told == {"applied": False, "file": str(daemon.configuration_path), "faults": asked.stderr.splitlines()}
    refused = status(daemon)["last_reload"]
    assert refused["applied"] is False


def test_a_reload_that_is_applied_says_so_and_counts_from_the_next_request_on(make_daemon):
    daemon = make_daemon().start()
    before = status(daemon)["last_reload"]["at"]
    daemon.configuration["endpoint"].append(daemon.default_endpoint("other", "/other"))
    asked = daemon.run("reload")
    assert (asked.returncode, asked.stdout, asked.stderr) == (DONE, f"reloaded {daemon.configuration_path}\n", "")
    assert daemon.send(success_event(), path="/other").status == 204
    after = status(daemon)["last_reload"]
    assert after["applied"] is True and after["at"] > before


def test_who_may_only_look_cannot_shut_out_who_controls(both):
    with contextlib.ExitStack() as held:
        for _ in range(80):
            held.enter_context(Connection(tcp_socket(both)))
        assert both.run("status").returncode == DONE


@pytest.mark.parametrize("words", [
    ["status"], ["reload"], ["sinks"], ["sinks", "pause", "a"], ["wait", "--document", "a"], ["events", "list"],
    ["events", "show", "1"], ["events", "tail"], ["events", "replay", "1"], ["events", "drop", "1", "--yes"]])
def test_a_file_that_is_named_and_cannot_be_read_leads_to_no_other_daemon(tmp_path, words):
    asked = with_configuration(tmp_path / "typo.toml", *words)
    assert (asked.returncode, asked.stdout) == (CONFIG, "")
    assert "typo.toml" in asked.stderr


def test_a_broken_file_does_not_hide_its_errors_where_no_daemon_is_reached(tmp_path):
    broken = tmp_path / "hookd.toml"
    broken.write_text("[admin\n")
    asked = with_configuration(broken, "reload")
    assert asked.returncode == CONFIG
    assert f"{broken}:1:" in asked.stderr
