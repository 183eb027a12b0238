# SPDX-License-Identifier: MIT
"""TLS, timeouts, limits of connections and descriptors, kinds of listeners, clients behind proxies."""

import contextlib
import os
import re
import socket
import ssl
import stat
import subprocess
import time

import pytest

from harness import Connection, Daemon, exchange, message_id, post, signature_headers, success_event, until
from harness.admin import metrics
from harness.half_sent import client_hello


def serves(daemon, where, source=None):
    """Whether an authentic event is taken now."""
    try:
        with Connection(where, source=source) as connection:
            connection.send(daemon.request(success_event()))
            answer = connection.response()
    except ConnectionError:
        return False
    return answer is not None and answer.status == 204


def opened(where, source=None):
    """A connection that the daemon has taken on for certain: it has answered on it."""
    connection = Connection(where, source=source)
    connection.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = connection.response()
    if answer is None:
        connection.close()
        return None
    assert answer.status == 404
    return connection


# TLS


@pytest.fixture(scope="module")
def tls(tmp_path_factory, certificates):
    """A listener with an EC certificate and one with an RSA one, so that either's ciphers could be chosen."""
    made = Daemon(tmp_path_factory.mktemp("tls"), certificates)
    certificate, key = certificates.issue("rsa", rsa=True)
    made.configuration["listener"] = [{"address": "127.0.0.1:0", "tls": keys} for keys in (
        made.tls_keys(), {"certificate": certificate, "private_key": key})]
    with made as running:
        yield running


def client(certificates, lowest, highest=None, ciphers=None):
    context = certificates.client_context()
    context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")
    old = lowest < ssl.TLSVersion.TLSv1_2
    with pytest.warns(DeprecationWarning) if old else contextlib.nullcontext():
        context.minimum_version, context.maximum_version = lowest, highest or lowest
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_tls_before_1_2_is_refused(tls, certificates, version):
    for where in tls.listeners:
        with pytest.raises(ssl.SSLError) as refusal:
            Connection(where, client(certificates, version))
        assert refusal.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


@pytest.mark.parametrize("ciphers", [
    "ECDHE+AESGCM", "ECDHE+CHACHA20", "ECDHE+AES128+AESGCM", "ECDHE+AES256+AESGCM"])
def test_tls_1_2_with_ecdhe_and_aead_is_served(tls, certificates, ciphers):
    for where in tls.listeners:
        context = client(certificates, ssl.TLSVersion.TLSv1_2, ciphers=ciphers)
        assert exchange(where, tls.request(success_event()), context).status == 204


@pytest.mark.parametrize("ciphers", [
    "ECDHE+AES+SHA:ECDHE+AES+SHA256:ECDHE+AES+SHA384",  # no AEAD
    "kRSA",  # no forward secrecy
    "DHE:!ECDHE",
    "ECDHE+AESCCM:ECDHE+ARIA:ECDHE+CAMELLIA",
    "aNULL:eNULL",
])
def test_tls_1_2_with_anything_else_is_refused(tls, certificates, ciphers):
    for where in tls.listeners:
        context = client(certificates, ssl.TLSVersion.TLSv1_2, ciphers=ciphers + ":@SECLEVEL=0")
        with pytest.raises(ssl.SSLError) as refusal:
            Connection(where, context)
        assert refusal.value.reason == "SSLV3_ALERT_HANDSHAKE_FAILURE"


def test_tls_1_3_is_served_and_preferred(tls, certificates):
    for where in tls.listeners:
        context = client(certificates, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
        with Connection(where, context) as connection:
            assert connection.socket.version() == "TLSv1.3"
            assert connection.socket.compression() is None
            connection.send(tls.request(success_event()))
            assert connection.response().status == 204


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("offered, chosen", [
    (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"), (["http/1.1", "h2"], "http/1.1"),
    ([], None)])
def test_alpn_chooses_http_1_1(tls, certificates, version, offered, chosen):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certificates.authority)
    context.minimum_version = context.maximum_version = version
    if offered:
        context.set_alpn_protocols(offered)
    with Connection(tls.https, context) as connection:
        assert connection.socket.selected_alpn_protocol() == chosen
        connection.send(tls.request(success_event()))
        assert connection.response().status == 204


@pytest.mark.parametrize("offered", [["h2"], ["http/1.0", "h3"], ["http/1.1x"]])
def test_a_client_that_speaks_only_other_protocols_is_refused(tls, certificates, offered):
    context = certificates.client_context()
    context.set_alpn_protocols(offered)
    with pytest.raises(ssl.SSLError) as refusal:
        Connection(tls.https, context)
    assert "alert no application protocol" in str(refusal.value)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_is_resumed_by_its_ticket_on_whatever_thread(tls, certificates, version):
    context = client(certificates, version)
    with Connection(tls.https, context) as connection:
        connection.send(tls.request(success_event()))
        assert connection.response().status == 204  # TLS 1.3 sends tickets behind the handshake
        session = connection.socket.session
        assert session.has_ticket and not connection.socket.session_reused
    for _ in range(8):
        with Connection(tls.https, context, session=session) as connection:
            assert connection.socket.session_reused
            connection.send(tls.request(success_event()))
            assert connection.response().status == 204
            session = connection.socket.session  # each resumption brings the ticket for the next


def test_a_connection_brings_one_ticket(tls):
    done = subprocess.run(["openssl", "s_client", "-connect", "{}:{}".format(*tls.https.endpoint), "-tls1_3", "-msg",
                           "-ign_eof"], input=b"GET / HTTP/1.0\r\n\r\n", capture_output=True, timeout=20)
    assert done.stdout.count(b"NewSessionTicket") == 1


def test_a_hello_that_announces_too_much_is_not_waited_for(tls):
    with socket.create_connection(tls.https.endpoint, 5) as client:
        client.sendall(bytes.fromhex("1603010004" "01020000"))  # 128 KiB, which OpenSSL would make room for
        assert client.recv(1000) == b""


def test_a_second_hello_is_taken_where_it_was_asked_for(tls):
    done = subprocess.run(["openssl", "s_client", "-connect", "{}:{}".format(*tls.https.endpoint), "-tls1_3", "-msg",
                           "-groups", "P-521:X25519"], input=b"", capture_output=True, timeout=20)
    assert done.stdout.count(b"ClientHello") == 2
    assert b"Cipher is TLS_" in done.stdout


def test_renegotiation_is_refused(tls):
    host, port = tls.https.endpoint
    command = ["openssl", "s_client", "-connect", f"{host}:{port}", "-tls1_2", "-no_ign_eof"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as s_client:
        s_client.stdin.write(b"R\n")
        s_client.stdin.flush()
        said = s_client.stdout.read().decode()  # to its end: the refusal ends it
    assert "RENEGOTIATING" in said and "no renegotiation" in said, said
    assert serves(tls, tls.https)


def test_plain_http_on_a_tls_listener_is_not_answered(tls):
    with socket.create_connection(tls.https.endpoint, 20) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        said = b""
        while got := _received(raw):
            said += got
        assert b"HTTP/" not in said
    assert serves(tls, tls.https)


def failed_handshakes(daemon):
    return metrics(daemon)["hookd_tls_handshake_failures_total"]


def test_a_look_at_whether_a_tls_listener_listens_is_no_failed_handshake(make_daemon):
    with make_daemon(server={"tls_timeout": "1s", "threads": 1}) as daemon:
        for _ in range(5):
            socket.create_connection(daemon.https.endpoint, 20).close()
        with socket.create_connection(daemon.https.endpoint, 20) as silent:
            assert _received(silent) == b""  # until tls_timeout
        assert serves(daemon, daemon.https)
        assert failed_handshakes(daemon) == 0
        daemon.stop()
        assert "handshake" not in daemon.log()


def fail_with_plain_http(where, certificates):
    with socket.create_connection(where.endpoint, 20) as plain:
        plain.sendall(b"POST /webhooks/colivara HTTP/1.1\r\nHost: x\r\n\r\n")
        _received(plain)


def fail_with_another_protocol(where, certificates):
    with socket.create_connection(where.endpoint, 20) as other:
        other.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        _received(other)


def fail_by_going_away(where, certificates):
    with socket.create_connection(where.endpoint, 20) as impatient:
        impatient.sendall(client_hello()[:100])


def fail_for_want_of_trust(where, certificates):
    with pytest.raises(ssl.SSLCertVerificationError):
        Connection(where, ssl.create_default_context())


def fail_with_an_old_version(where, certificates):
    with pytest.raises(ssl.SSLError):
        Connection(where, client(certificates, ssl.TLSVersion.TLSv1_1))


def fail_with_a_long_hello(where, certificates):
    with socket.create_connection(where.endpoint, 20) as talkative:
        talkative.sendall(b"\x16\x03\x01\x10\x04\x01\x00\x10\x01")
        assert _received(talkative) == b""


def fail_with_a_long_list_of_protocols(where, certificates):
    with socket.create_connection(where.endpoint, 20) as talkative:
        talkative.sendall(client_hello(["http/1.1", *(f"{number}{'p' * 200}" for number in range(6))]))
        assert b"\x02\x2f" in _received(talkative)  # illegal_parameter


def fail_with_many_records(where, certificates):
    hello = client_hello()[5:]
    with socket.create_connection(where.endpoint, 20) as slow:
        slow.sendall(b"\x16\x03\x01\x00\x04" + hello[:4] +
                     b"".join(b"\x16\x03\x01\x00\x01" + hello[at:at + 1] for at in range(4, 40)))
        assert _received(slow) == b""


@pytest.mark.parametrize("fail, reason", [
    (fail_with_plain_http,
     "plain HTTP on a TLS listener: use https:// in the sender's URL, or a listener without tls"),
    (fail_with_another_protocol, "the client does not use TLS"),
    (fail_by_going_away, "the connection was closed during the handshake"),
    (fail_for_want_of_trust, r"the client rejected the certificate: unknown CA \(is the chain complete\?\)"),
    (fail_with_an_old_version, "unsupported protocol"),
    (fail_with_a_long_hello, "a ClientHello longer than 4 KiB, or split within its first bytes"),
    (fail_with_a_long_list_of_protocols, "a ClientHello with a list longer than 1 KiB"),
    (fail_with_many_records, "more than 32 TLS records without data"),
])
def test_a_failed_handshake_says_why(make_daemon, certificates, fail, reason):
    with make_daemon() as daemon:
        fail(daemon.https, certificates)
        daemon.wait_for_log(rf"TLS handshake failed: {reason}; client=127\.0\.0\.1 ")
        assert failed_handshakes(daemon) == 1


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_tls_connection_ends_with_close_notify(tls, certificates, version):
    """Otherwise a client could not tell the end from a cut (RFC 8446 section 6.1)."""
    context = client(certificates, version)
    with context.wrap_socket(socket.create_connection(tls.https.endpoint, 20), server_hostname="localhost",
                             suppress_ragged_eofs=False) as connection:
        connection.sendall(tls.request(success_event(), extra=["Connection: close"]))
        said = b""
        while got := connection.recv(4096):  # an SSLEOFError where the end is not announced
            said += got
        assert said.startswith(b"HTTP/1.1 204 ")


def _received(raw):
    try:
        return raw.recv(4096)
    except ConnectionResetError:
        return b""


# Timeouts


@pytest.fixture(scope="module")
def hasty(tmp_path_factory, certificates):
    limits = {"tls_timeout": "1500ms", "header_timeout": "1s", "body_timeout": "1s", "idle_timeout": "1500ms"}
    with Daemon(tmp_path_factory.mktemp("hasty"), certificates, server=limits) as running:
        yield running


def test_slow_clients_are_ended_and_good_ones_are_served_meanwhile(hasty):
    """Of each kind 50 at once: nothing sent, half a handshake, half a header, half a body, idle."""
    request = hasty.request(success_event())
    hello = client_hello()
    slow = []
    for _ in range(50):
        slow.append((Connection(hasty.http), None))
        slow += [(raw(hasty.https), None), (raw(hasty.https, hello[:100]), None)]
        for where in (hasty.http, hasty.https):
            slow += [(sent(where, request[:40]), 408), (sent(where, request[:-5]), 408)]
        slow.append((opened(hasty.http), None))
    served = 0
    for connection, last in slow:
        if served < 20:
            assert serves(hasty, hasty.http) and serves(hasty, hasty.https)
            served += 1
        assert [answer.status for answer in connection.responses()] == ([last] if last else [])
        connection.close()


def raw(where, *pieces):
    """A connection to a TLS listener without TLS."""
    connection = Connection(where, timeout=20, handshake=False)
    connection.send(*pieces)
    return connection


def sent(where, *pieces):
    connection = Connection(where)
    connection.send(*pieces)
    return connection


@pytest.mark.parametrize("over", ["http", "https"])
def test_a_connection_that_is_used_is_not_idle(hasty, over):
    """idle_timeout counts from the last answer, not from the connection's begin."""
    with Connection(getattr(hasty, over)) as connection:
        begun = time.monotonic()
        while time.monotonic() - begun < 2:
            connection.send(hasty.request(success_event()))
            assert connection.response().status == 204
            with pytest.raises(TimeoutError):
                connection.response(timeout=0.2)


def test_a_client_that_does_not_read_is_ended(hasty):
    """Its answers fill the socket's buffers; then the time for sending passes."""
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 1000
    with socket.socket() as stubborn:
        stubborn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stubborn.connect(hasty.http.endpoint)
        stubborn.settimeout(20)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while True:
                stubborn.sendall(request)
    assert serves(hasty, hasty.http)


# Connections and descriptors


def test_past_max_connections_per_address_only_that_address_is_refused(make_daemon):
    with make_daemon(certificates=None, server={"max_connections_per_address": 3}) as daemon:
        kept = [opened(daemon.http, "127.0.0.2") for _ in range(3)]
        assert not serves(daemon, daemon.http, "127.0.0.2")
        assert serves(daemon, daemon.http, "127.0.0.3")
        daemon.wait_for_log(r"max_connections_per_address reached; client=127\.0\.0\.2")
        kept.pop().close()
        until(lambda: serves(daemon, daemon.http, "127.0.0.2"), "a place to become free")
        for connection in kept:
            connection.close()


def test_trusted_proxies_do_not_count_as_one_address(make_daemon):
    with make_daemon(certificates=None, server={"max_connections_per_address": 3},
                     listener={"trusted_proxies": ["127.0.0.2/32"]}) as daemon:
        kept = [opened(daemon.http, "127.0.0.2") for _ in range(6)]
        assert all(kept)
        for connection in kept:
            connection.close()


def test_exhausted_descriptors_end_nothing_and_serving_goes_on_afterwards(make_daemon):
    with make_daemon() as daemon:
        daemon.limit_descriptors(64)
        first = opened(daemon.http)
        flood = [Connection(daemon.http) for _ in range(200)]
        daemon.wait_for_log("cannot accept on .*: Too many open files")
        id = message_id()
        first.send(daemon.request(success_event(), id))
        assert first.response().status == 204
        for connection in flood:
            connection.close()
        first.close()
        began = time.monotonic()
        assert serves(daemon, daemon.http) and serves(daemon, daemon.https)
        assert time.monotonic() - began < 5
        daemon.wait_for_events([id])


# Kinds of listeners


def test_a_header_of_very_many_fields_is_refused_as_too_large(make_daemon):
    daemon = make_daemon().start()
    usual = daemon.request(success_event()).partition(b"\r\n\r\n")[0].count(b"\r\n")
    few = [f"x-{number}:" for number in range(128 - usual)]
    assert daemon.send(success_event(), extra=few).status == 204
    assert daemon.send(success_event(), extra=[*few, "x-more:"]).status == 431


def test_a_unix_socket_is_a_listener(make_daemon):
    daemon = make_daemon(certificates=None)
    path = daemon.directory / "http.sock"
    daemon.configuration["listener"] = [{"address": f"unix:{path}"}]
    with daemon:
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
        id = message_id()
        assert daemon.send(success_event(), id).status == 204
        daemon.wait_for_events([id])
        daemon.wait_for_log(rf"accepted; .*client=unix id={id}")
    assert not path.exists()


def test_a_unix_socket_that_a_killed_daemon_left_is_taken_over(make_daemon):
    daemon = make_daemon(certificates=None)
    path = daemon.directory / "http.sock"
    daemon.configuration["listener"] = [{"address": f"unix:{path}"}]
    with daemon:
        daemon.kill()
        assert path.exists()
        daemon.start()
        assert daemon.send(success_event()).status == 204


def test_ipv6_is_listened_on(make_daemon, certificates):
    daemon = make_daemon(listeners=[{"address": "[::1]:0"}])
    daemon.configuration["listener"].append({"address": "[::1]:0", "tls": daemon.tls_keys()})
    with daemon:
        for where in daemon.listeners:
            assert where.address.startswith("[::1]:")
            id = message_id()
            assert daemon.send(success_event(), id, listener=where).status == 204
            daemon.wait_for_log(rf"accepted; .*client=::1 id={id}")


def test_a_listener_that_cannot_be_had_is_an_error_at_the_start(make_daemon):
    with make_daemon(certificates=None) as first:
        second = make_daemon(certificates=None, listeners=[{"address": first.http.address}])
        ended = second.run("run", timeout=10)
    assert ended.returncode == 74, ended.stderr
    assert f"cannot listen on {first.http.address}" in ended.stderr


# Clients behind proxies

PROXY, STRANGER, ALLOWED, OTHER = "127.0.0.1", "127.0.0.9", "198.51.100.7", "203.0.113.9"


@pytest.fixture(scope="module")
def proxied(tmp_path_factory, certificates):
    with Daemon(tmp_path_factory.mktemp("proxied"), certificates,
                listener={"trusted_proxies": ["127.0.0.1/32", "127.0.1.0/24", "2001:db8:aaaa::/48"]},
                endpoint={"allow_from": ["198.51.100.0/24", "2001:db8::/48"]}) as running:
        yield running


def test_a_proxy_that_speaks_http_1_0_is_a_warning_with_what_to_set(proxied):
    request = proxied.request(success_event()).replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    for source, level in [(PROXY, "warning"), (STRANGER, "info")]:
        with Connection(proxied.http, source=source) as connection:
            connection.send(request)
            assert connection.response().status == 400
        proxied.wait_for_log(rf"{level} 400: not HTTP/1\.1 \(nginx needs proxy_http_version 1\.1\); client={source} ")


def by_way_of(daemon, where, source, *fields):
    with Connection(where, source=source) as connection:
        connection.send(daemon.request(success_event(), extra=fields))
        return connection.response().status


@pytest.mark.parametrize("over", ["http", "https"])
@pytest.mark.parametrize("status, fields", [
    (204, [f"X-Forwarded-For: {ALLOWED}"]),
    (204, [f"x-forwarded-for: {ALLOWED}:4711"]),
    (204, ["X-Forwarded-For: 2001:db8::7"]),
    (204, ["X-Forwarded-For: [2001:db8::7]:4711"]),
    (204, [f"X-Forwarded-For: {OTHER}, {ALLOWED}"]),
    (204, [f"X-Forwarded-For: {OTHER},{ALLOWED} , 127.0.1.5,2001:db8:aaaa::1"]),  # through three proxies
    (204, [f"X-Forwarded-For: {OTHER}", f"X-Forwarded-For: {ALLOWED}"]),  # several lines are one list
    (204, [f"X-Forwarded-For: unknown, {ALLOWED}"]),
    (403, [f"X-Forwarded-For: {ALLOWED}, {OTHER}"]),  # the left one is the sender's own claim
    (403, [f"X-Forwarded-For: {ALLOWED}", f"X-Forwarded-For: {OTHER}"]),
    (403, [f"X-Forwarded-For: {ALLOWED}, {OTHER}, 127.0.1.5"]),
    (403, [f"X-Forwarded-For: {ALLOWED}, nonsense"]),
    (204, [f"X-Forwarded-For: {ALLOWED},"]),  # an empty element is none
    (403, [f"X-Forwarded-For: {ALLOWED}, {OTHER}, ,"]),
    (403, [f'X-Forwarded-For: "{ALLOWED}, {OTHER}"']),
    (403, ["X-Forwarded-For: ::ffff:203.0.113.9"]),
    (204, [f"X-Forwarded-For: ::ffff:{ALLOWED}"]),
    (403, []),  # the proxy itself
    (204, [f"Forwarded: for={ALLOWED}"]),
    (204, [f"Forwarded: proto=https;FOR={ALLOWED};by={OTHER};host=x"]),
    (204, ['Forwarded: for="[2001:db8::7]:4711"']),
    (204, [f"Forwarded: for={OTHER}, for={ALLOWED}"]),
    (204, [f'Forwarded: for={OTHER}, for="{ALLOWED}:80";proto=http, for=127.0.1.5']),
    (403, [f"Forwarded: for={ALLOWED}, for={OTHER}"]),
    (403, [f"Forwarded: for={ALLOWED}", f"Forwarded: for={OTHER}"]),
    (403, [f"Forwarded: for={ALLOWED}, for=_hidden"]),
    (403, [f"Forwarded: for={ALLOWED}, proto=https"]),
    (403, [f'Forwarded: for={OTHER};host=", for={ALLOWED}"']),  # what is in quotes is no element
    (204, [f"Forwarded: for={ALLOWED}", f"X-Forwarded-For: {ALLOWED}"]),  # OpenShift's router and lighttpd send both
    (204, [f"X-Forwarded-For: {OTHER}, {ALLOWED}", f"Forwarded: for={ALLOWED};proto=https"]),
    (403, [f"Forwarded: for={OTHER}", f"X-Forwarded-For: {OTHER}"]),
    (400, [f"Forwarded: for={ALLOWED}", f"X-Forwarded-For: {OTHER}"]),
    (400, [f"X-Forwarded-For: {ALLOWED}", f"Forwarded: for={OTHER}"]),
])
def test_a_trusted_proxys_word_is_read_from_the_right(proxied, over, status, fields):
    assert by_way_of(proxied, getattr(proxied, over), PROXY, *fields) == status


@pytest.mark.parametrize("which, forwarded, x_forwarded_for", [
    ("any", 400, 400), ("forwarded", 204, 403), ("x-forwarded-for", 403, 204)])
def test_the_field_that_counts_can_be_named_and_a_reload_takes_it_up(proxied, which, forwarded, x_forwarded_for):
    for listener in proxied.configuration["listener"]:
        listener["forwarded_header"] = which
    assert proxied.run("reload").returncode == 0
    for allowed, other, status in (("Forwarded: for=", "X-Forwarded-For: ", forwarded),
                                   ("X-Forwarded-For: ", "Forwarded: for=", x_forwarded_for)):
        assert by_way_of(proxied, proxied.http, PROXY, allowed + ALLOWED, other + OTHER) == status


@pytest.mark.parametrize("fields", [
    [], [f"X-Forwarded-For: {ALLOWED}"], [f"Forwarded: for={ALLOWED}"], [f"X-Real-IP: {ALLOWED}"],
    [f"Forwarded: for={ALLOWED}", f"X-Forwarded-For: {ALLOWED}"],
])
def test_anybody_elses_word_is_ignored(proxied, fields):
    assert by_way_of(proxied, proxied.http, STRANGER, *fields) == 403


def test_a_trailer_is_no_proxys_word(proxied):
    body = success_event()
    request = post(body, signature_headers(proxied.secret, body), extra=["Expect: 100-continue"])
    head = request.partition(b"\r\n\r\n")[0]
    head = re.sub(rb"Content-Length: \d+", b"Transfer-Encoding: chunked", head)
    chunks = b"%x\r\n%s\r\n0\r\nX-Forwarded-For: %s\r\n\r\n" % (len(body), body, ALLOWED.encode())
    assert exchange(proxied.http, head + b"\r\n\r\n" + chunks).status == 403


def test_the_log_names_the_client_and_not_the_proxy(proxied):
    id = message_id()
    request = proxied.request(success_event(), id, extra=[f"X-Forwarded-For: {OTHER}, {ALLOWED}"])
    assert exchange(proxied.http, request).status == 204
    proxied.wait_for_log(rf"accepted; .*client={ALLOWED} id={id}")


def test_a_daemons_descriptors_do_not_grow_with_the_connections_it_served(make_daemon):
    with make_daemon() as daemon:
        def descriptors():
            return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))

        assert serves(daemon, daemon.http) and serves(daemon, daemon.https)
        before = until(descriptors, "a count")
        for where in daemon.listeners:
            for _ in range(30):
                assert serves(daemon, where)
                with Connection(where) as connection:
                    connection.send(b"nonsense\r\n\r\n")
                    assert connection.response().status == 400
        until(lambda: descriptors() <= before, lambda: f"{descriptors()} descriptors to become {before}")
