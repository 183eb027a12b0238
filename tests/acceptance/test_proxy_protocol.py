# SPDX-License-Identifier: MIT
"""The PROXY protocol: whose word is taken, whose connection it then is, and that no other byte is touched."""

import contextlib
import os
import re
import ssl

import pytest

from harness import Connection, Daemon, exchange, message_id, success_event, until
from harness.proxy_header import LOCAL, SIGNATURE, v1, v2

PROXY, STRANGER, SECOND_PROXY = "127.0.0.1", "127.0.0.9", "127.0.1.5"
ALLOWED, ALLOWED_V6, OTHER = "198.51.100.7", "2001:db8::7", "203.0.113.9"
TLVS = bytes([0x04, 0, 4, 0, 0, 0, 0]) + bytes([0x02, 0, 9]) + b"localhost" + bytes([0xE0, 1, 0]) + b"\r" * 256


@pytest.fixture(scope="module")
def proxied(tmp_path_factory, certificates):
    with Daemon(tmp_path_factory.mktemp("proxied"), certificates,
                listener={"proxy_protocol": True, "trusted_proxies": ["127.0.0.1/32", "127.0.1.0/24"]},
                endpoint={"allow_from": ["198.51.100.0/24", "2001:db8::/48"]}) as running:
        yield running


@pytest.fixture(params=["http", "https"])
def where(proxied, request):
    return getattr(proxied, request.param)


def status(daemon, where, *preface, fields=(), source=None):
    """The answer to an authentic event behind the preface; None where the daemon closes without one."""
    try:
        with Connection(where, preface=preface, source=source) as connection:
            connection.send(daemon.request(success_event(), extra=fields))
            answer = connection.response()
    except (ssl.SSLError, ConnectionError):  # closed inside the handshake
        return None
    return answer and answer.status


def told(daemon, pattern, act):
    """Acts until the log says so: of such lines it takes some 20 a second, and the tests before had theirs."""
    since = len(daemon.log())

    def said():
        act()
        return re.search(pattern, daemon.log()[since:])

    until(said, lambda: f"{pattern!r} in:\n{daemon.log()[since:]}")


@pytest.mark.parametrize("header", [v1, v2, lambda source: v2(source, tlvs=TLVS)], ids=["v1", "v2", "v2-tlvs"])
def test_allow_from_and_the_log_go_by_the_address_that_the_header_names(proxied, where, header):
    assert status(proxied, where, header(ALLOWED)) == 204
    assert status(proxied, where, header(ALLOWED_V6)) == 204
    assert status(proxied, where, header(OTHER)) == 403
    id = message_id()
    with Connection(where, preface=[header(ALLOWED_V6)]) as connection:
        connection.send(proxied.request(success_event(), id))
        assert connection.response().status == 204
    proxied.wait_for_log(rf"accepted; .*client={ALLOWED_V6} id={id}")


@pytest.mark.parametrize("header", [v1(ALLOWED), v2(ALLOWED_V6, tlvs=b"\xee\0\x05hello")], ids=["v1", "v2"])
def test_a_header_may_come_byte_by_byte(proxied, where, header):
    assert status(proxied, where, *(bytes([each]) for each in header)) == 204


@pytest.mark.parametrize("header", [v1(ALLOWED), v2(ALLOWED, tlvs=TLVS)], ids=["v1", "v2"])
def test_no_byte_behind_the_header_is_lost_when_all_come_at_once(proxied, header):
    ids = [message_id() for _ in range(3)]
    with Connection(proxied.http) as connection:
        connection.send(header + b"".join(proxied.request(success_event(), id) for id in ids))
        assert [connection.response().status for _ in ids] == [204] * 3
    proxied.wait_for_events(ids)


@pytest.mark.parametrize("header", [v1(ALLOWED), v2(ALLOWED, tlvs=TLVS)], ids=["v1", "v2"])
def test_tls_may_begin_in_the_same_segment_as_the_header_ends(proxied, header):
    """Read a byte too far, and the handshake fails."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = proxied.https.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with Connection(proxied.https, handshake=False) as connection:
        def until_done(step, ahead=b""):
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    connection.socket.sendall(ahead + outgoing.read())
                    ahead = b""
                    got = connection.socket.recv(65536)
                    assert got, "the connection was closed"
                    incoming.write(got)

        until_done(tls.do_handshake, header)
        tls.write(proxied.request(success_event()))
        assert until_done(lambda: tls.read(4096)).startswith(b"HTTP/1.1 204 ")


@pytest.mark.parametrize("header", [v1(ALLOWED), v2(ALLOWED), v2(command=LOCAL)], ids=["v1", "v2", "local"])
def test_nobody_elses_header_is_taken(proxied, where, header):
    def refused():
        assert status(proxied, where, header, source=STRANGER) is None

    told(proxied, rf"refused a connection: proxy_protocol is set.*trusted_proxies; client={STRANGER} ", refused)


@pytest.mark.parametrize("name, bytes_, error", [
    ("none", b"", "no PROXY header"),
    ("lower-case", v1(ALLOWED).lower(), "no PROXY header"),
    ("bare-lf", v1(ALLOWED).replace(b"\r", b""), "does not end in CR LF"),
    ("endless", b"PROXY TCP4 " + b"1" * 200, "more than 107 bytes"),
    ("wrong-family", v1(ALLOWED).replace(b"TCP4", b"TCP6"), "without two addresses and two ports"),
    ("version-3", SIGNATURE + b"\x31\x11\0\x0c" + bytes(12), "unknown version or command"),
    ("short", v2(ALLOWED, addresses=b"\xc6\x33\x64\x07"), "too short for its addresses"),
    ("64-kib", SIGNATURE + b"\x21\x11\xff\xff" + bytes(12), "more than 4 KiB"),
], ids=lambda value: value if isinstance(value, str) and " " not in value else "")
def test_what_is_no_header_ends_the_connection_unanswered(proxied, where, name, bytes_, error):
    def refused():
        assert status(proxied, where, *([bytes_] if bytes_ else [])) is None

    told(proxied, rf"refused a connection: .*{error}; client={PROXY} ", refused)
    assert status(proxied, where, v2(ALLOWED)) == 204


@pytest.mark.parametrize("cut", [1, 8, 15, 16, 20], ids=str)
def test_a_header_that_ends_too_early_is_told_of(proxied, where, cut):
    def cut_off():
        with Connection(where, handshake=False, preface=[v2(ALLOWED)[:cut]]) as connection:
            connection.end()
            connection.closed()

    told(proxied, rf"refused a connection: the connection ended inside the PROXY header; client={PROXY} ", cut_off)


def test_a_second_header_is_no_request(proxied):
    with Connection(proxied.http, preface=[v1(ALLOWED) + v1(OTHER)]) as connection:
        connection.send(proxied.request(success_event()))
        assert [answer.status for answer in connection.responses()] == [400]


@pytest.mark.parametrize("header", [
    b"PROXY UNKNOWN\r\n", b"PROXY UNKNOWN 198.51.100.7 192.0.2.1 1 2\r\n", v2(command=LOCAL),
    v2(ALLOWED, command=LOCAL), v2(), v2(ALLOWED, family=0x12), v2(family=0x31, addresses=bytes(216)),
], ids=["unknown", "unknown-more", "local", "local-more", "unspecified", "datagram", "unix"])
@pytest.mark.parametrize("fields", [(), [f"X-Forwarded-For: {ALLOWED}"], [f"Forwarded: for={ALLOWED}"]],
                         ids=["bare", "x-forwarded-for", "forwarded"])
def test_a_header_that_names_nobody_leaves_the_proxys_address_and_no_word_is_believed(proxied, where, header, fields):
    """The proxy does not know who it is, so it has not looked at what they say either."""
    assert status(proxied, where, header, fields=fields) == 403


@pytest.mark.parametrize("expected, source, fields", [
    (403, OTHER, [f"X-Forwarded-For: {ALLOWED}"]),
    (204, ALLOWED, [f"X-Forwarded-For: {OTHER}"]),
    (204, SECOND_PROXY, [f"X-Forwarded-For: {OTHER}, {ALLOWED}"]),
    (403, SECOND_PROXY, [f"X-Forwarded-For: {ALLOWED}, {OTHER}"]),
    (204, SECOND_PROXY, [f"Forwarded: for={OTHER}, for={ALLOWED}"]),
])
def test_header_fields_count_only_behind_a_source_that_is_a_trusted_proxy(proxied, where, expected, source, fields):
    assert status(proxied, where, v2(source), fields=fields) == expected


def test_a_broken_handshake_is_told_of_with_the_clients_address(proxied):
    def broken():
        with Connection(proxied.https, handshake=False, preface=[v2(OTHER)]) as connection:
            connection.send(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                connection.socket.recv(100)  # an alert

    told(proxied, rf"TLS handshake failed: .*client={OTHER} ", broken)


def test_a_look_at_whether_anybody_listens_is_no_trouble(make_daemon):
    with make_daemon(certificates=None, server={"threads": 1}, listener={
            "proxy_protocol": True, "trusted_proxies": ["127.0.0.1/32"]}) as daemon:
        Connection(daemon.http).close()
        Connection(daemon.http, preface=[v2(command=LOCAL)]).close()
        assert status(daemon, daemon.http, v2(OTHER)) == 204
        daemon.stop()
        assert "refused" not in daemon.log()


# Time and numbers


def test_a_header_that_does_not_come_ends_with_tls_timeout_and_costs_no_cpu(make_daemon):
    """One that has come in part is not looked at again and again."""
    with make_daemon(server={"tls_timeout": "2s"}, listener={
            "proxy_protocol": True, "trusted_proxies": ["127.0.0.1/32"]}) as daemon:
        before = cpu_seconds(daemon)
        waiting = [Connection(where, handshake=False, preface=[v1(OTHER)[:length]] if length else [])
                   for where in daemon.listeners for length in (0, 1, 12, 30)]
        waiting += [Connection(where, handshake=False, preface=[v2(OTHER)[:length]])
                    for where in daemon.listeners for length in (1, 12, 14, 16, 20)]
        for connection in waiting:
            assert connection.closed(timeout=10)
            connection.close()
        assert cpu_seconds(daemon) - before < 0.5
        until(lambda: daemon.log().count("the PROXY header took longer than tls_timeout") == len(waiting),
              lambda: f"{len(waiting)} lines in:\n{daemon.log()}")


def cpu_seconds(daemon):
    with open(f"/proc/{daemon.process.pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_time_for_the_header_and_the_handshake_is_one(make_daemon):
    """tls_timeout counts from accepting: a header that comes late does not extend it."""
    with make_daemon(server={"tls_timeout": "2s"}, listener={
            "proxy_protocol": True, "trusted_proxies": ["127.0.0.1/32"]}) as daemon:
        with Connection(daemon.https, handshake=False, preface=[v2(OTHER), b"\x16"]) as connection:
            assert connection.closed(timeout=10)
        daemon.wait_for_log(rf"TLS handshake failed: it took longer than tls_timeout; client={OTHER} ")


def opened(where, source):
    """A connection that the daemon has taken on for certain; None where it has not."""
    connection = Connection(where, preface=[v2(source)])
    connection.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    if connection.response() is None:
        connection.close()
        return None
    return connection


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_connections_count_for_the_address_that_the_header_names(make_daemon, kind):
    daemon = make_daemon(certificates=None, server={"max_connections_per_address": 3})
    daemon.configuration["listener"] = [{
        "address": "127.0.0.1:0" if kind == "tcp" else f"unix:{daemon.directory}/http.sock",
        "trusted_proxies": ["127.0.0.0/8", "unix:"] if kind == "unix" else ["127.0.0.0/8"], "proxy_protocol": True}]
    with daemon:
        kept = [opened(daemon.http, OTHER) for _ in range(3)]
        assert all(kept)
        assert opened(daemon.http, OTHER) is None
        daemon.wait_for_log(rf"refused a connection: max_connections_per_address reached; client={OTHER} ")
        kept.append(opened(daemon.http, ALLOWED))
        kept += [opened(daemon.http, SECOND_PROXY) for _ in range(5)]  # it has many clients
        assert all(kept)
        kept.pop(0).close()
        until(lambda: status(daemon, daemon.http, v2(OTHER)) == 204, "a place to become free")
        for connection in kept:
            connection.close()


# Unix sockets


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """Unix sockets: of strangers, of a proxy that sets header fields, of one that sends PROXY headers."""
    daemon = Daemon(tmp_path_factory.mktemp("local"), endpoint={"allow_from": ["198.51.100.0/24"]})
    daemon.configuration["listener"] = [
        {"address": f"unix:{daemon.directory}/strange.sock", "trusted_proxies": ["127.0.0.1/32"]},
        {"address": f"unix:{daemon.directory}/fields.sock", "trusted_proxies": ["unix:", "127.0.1.0/24"]},
        {"address": f"unix:{daemon.directory}/header.sock", "trusted_proxies": ["unix:"], "proxy_protocol": True}]
    with daemon as running:
        yield running


def socket_of(daemon, name):
    return next(each for each in daemon.listeners if each.address.endswith(f"/{name}.sock"))


@pytest.mark.parametrize("name, expected, fields", [
    ("strange", 403, [f"X-Forwarded-For: {ALLOWED}"]),
    ("fields", 403, []),
    ("fields", 204, [f"X-Forwarded-For: {OTHER}, {ALLOWED}"]),
    ("fields", 403, [f"X-Forwarded-For: {ALLOWED}, {OTHER}"]),
    ("fields", 403, [f"X-Forwarded-For: {ALLOWED}, unix:"]),
    ("fields", 204, [f"Forwarded: for={ALLOWED}"]),
    ("fields", 204, [f"Forwarded: for={ALLOWED}", f"X-Forwarded-For: {ALLOWED}"]),
    ("fields", 400, [f"Forwarded: for={ALLOWED}", f"X-Forwarded-For: {OTHER}"]),
])
def test_on_a_unix_socket_header_fields_count_where_its_peers_are_trusted(local, name, expected, fields):
    request = local.request(success_event(), extra=fields)
    assert exchange(socket_of(local, name), request).status == expected


@pytest.mark.parametrize("header", [v1(ALLOWED), v2(ALLOWED, tlvs=TLVS)], ids=["v1", "v2"])
def test_on_a_unix_socket_a_header_may_come_byte_by_byte_for_certain(local, header):
    where = socket_of(local, "header")
    assert status(local, where, *(bytes([each]) for each in header)) == 204
    assert status(local, where, header) == 204
    assert status(local, where, v2(OTHER), fields=[f"X-Forwarded-For: {ALLOWED}"]) == 403
    assert status(local, where, v2(command=LOCAL), fields=[f"X-Forwarded-For: {ALLOWED}"]) == 403
    assert status(local, where) is None


def test_the_log_names_the_client_behind_a_unix_socket(local):
    for name, preface, fields in [("fields", [], [f"X-Forwarded-For: {ALLOWED}"]), ("header", [v1(ALLOWED)], [])]:
        id = message_id()
        with Connection(socket_of(local, name), preface=preface) as connection:
            connection.send(local.request(success_event(), id, extra=fields))
            assert connection.response().status == 204
        local.wait_for_log(rf"accepted; .*client={ALLOWED} id={id}")
