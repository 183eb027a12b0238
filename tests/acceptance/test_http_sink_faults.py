# SPDX-License-Identifier: MIT
"""The http sink against servers that fail and misbehave: nothing is lost, first tries come in order, and nobody
else notices."""

import contextlib
import socket
import socketserver
import ssl
import threading
import time

import pytest

from harness import Certificates, event_ids, failure_event, success_event, until
from harness.hooks import sink_rows
from harness.receiver import (Receiver, hang, reload, reset, send, server_context, settled, trickle, trickle_body,
                              wait_until_delivered)


# Faults of one event

FAULTS = {"resets": reset, "hangs": hang, "trickles": trickle, "closes": b"",
          "breaks off": b"HTTP/1.1 200 OK\r\nContent-Le", "talks nonsense": b"220 mail.example ESMTP\r\n",
          "fails": 500, "is overloaded": 503, "times out": 408, "comes too early": 425, "is being deployed": 404,
          "wants a new token": 401, "forbids": 403, "leads elsewhere": 302, "knows no POST yet": 405}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that(fault, delivering):
    """… once for each event, and then answers: nothing is lost, the order of first tries is kept."""
    with Receiver(lambda request: FAULTS[fault] if request.tries == 1 else 204) as receiver:
        daemon = delivering(receiver.url, timeout="300ms")
        ids = [send(daemon) for _ in range(4)]
        daemon.wait_for_events(ids)
        until(lambda: len(receiver.requests) >= 8, "a second try of each")
        assert settled(daemon) == {}
    assert receiver.first_tries() == ids
    assert sorted(receiver.ids()) == sorted(ids * 2)
    assert event_ids(daemon.sink_path) == ids


def test_one_poisoned_event_holds_up_no_other_and_rests_as_a_dead_letter(delivering):
    with Receiver(lambda request: hang if b"poison" in request.body else 204) as receiver:
        daemon = delivering(receiver.url, timeout="200ms", retry={"attempts": 3})
        poison, *others = [send(daemon, success_event(name)) for name in ("poison", "one", "two")]
        rows = settled(daemon, dead=1)
    assert rows == {("app", poison): [3, 1, f"127.0.0.1:{receiver.port}: no complete response within 200ms"]}
    assert receiver.ids().count(poison) == 3
    assert [id for id in receiver.ids() if id != poison] == others
    assert event_ids(daemon.sink_path) == [poison, *others]


def test_retry_after_is_heeded_for_its_event_while_others_pass(delivering):
    def answer(request):
        return (429, ["Retry-After: 2"]) if b"often" in request.body and request.tries == 1 else 204

    with Receiver(answer) as receiver:
        daemon = delivering(receiver.url)
        ids = [send(daemon, success_event(name)) for name in ("too often", "another")]
        until(lambda: len(receiver.requests) >= 3, "another try")
        assert settled(daemon) == {}
    assert receiver.ids() == [*ids, ids[0]]
    first, _, again = receiver.requests
    assert 1.9 < again.at - first.at < 15


ANSWERS = {
    "without a reason": b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
    "with LF alone": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "with a large header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\nContent-Length: 0\r\n\r\n",
    "whose body breaks off": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
    "whose body has bad chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n",
    "whose body never ends": trickle_body,
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer(answer, delivering):
    """… that says 2xx is one: the event is delivered, once."""
    with Receiver(lambda request: ANSWERS[answer]) as receiver:
        daemon = delivering(receiver.url)
        ids = [send(daemon), send(daemon)]
        receiver.wait_for(ids)
        assert settled(daemon) == {}
    assert receiver.ids() == ids


def test_what_is_no_answer_is_told_with_what_was_wrong_with_it(delivering):
    with Receiver(lambda request: b"HTTP/2 200\r\n\r\n") as receiver:
        daemon = delivering(receiver.url, retry={"attempts": 1})
        id = send(daemon)
        daemon.wait_for_log(rf'{id}.*not an HTTP/1.1 response: it begins with "HTTP/2 200"')


@pytest.mark.parametrize("code", [400, 413, 415, 422])
def test_a_refusal_of_the_event_itself_is_a_dead_letter_at_once(delivering, code):
    with Receiver(lambda request: code) as receiver:
        daemon = delivering(receiver.url)
        id = send(daemon)
        daemon.wait_for_log(rf"{id}.* dead letter after 1 attempt\(s\): .*status {code}")
        [[attempts, dead, detail]] = settled(daemon, dead=1).values()
    assert (attempts, dead) == (1, 1) and f"status {code}" in detail
    assert receiver.ids() == [id]


def test_which_statuses_refuse_an_event_is_the_operators_to_say(delivering):
    with Receiver(lambda request: 404 if b"gone" in request.body else 400 if request.tries == 1 else 204) as receiver:
        daemon = delivering(receiver.url, reject=[404])
        gone, bad = send(daemon, success_event("gone")), send(daemon, success_event("bad"))
        rows = settled(daemon, dead=1)
    assert rows.keys() == {("app", gone)}
    assert sorted(receiver.ids()) == sorted([gone, bad, bad])


@pytest.mark.parametrize("code", [301, 307])
def test_a_redirect_is_not_followed_and_told(delivering, code):
    with Receiver() as elsewhere:
        with Receiver(lambda request: (code, [f"Location: {elsewhere.url}"])) as receiver:
            daemon = delivering(receiver.url, retry={"attempts": 2})
            id = send(daemon)
            daemon.wait_for_log(rf"{id}.* dead letter after 2 attempt\(s\): .*redirects are not followed")
            settled(daemon, dead=1)
    assert receiver.ids() == [id, id] and elsewhere.connections == 0


# Faults of the host

def test_a_dead_host_costs_no_event_an_attempt_and_gets_all_in_order_when_it_is_back(delivering):
    with Receiver() as receiver:
        daemon = delivering(receiver.url, retry={"attempts": 2})
        ids = [send(daemon)]
        wait_until_delivered(daemon, 1)
    since = len(daemon.log())
    ids += [send(daemon, failure_event()) for _ in range(5)]
    daemon.wait_for_log("unavailable.*Connection refused", since)
    daemon.wait_for_events(ids)  # the other sink
    with Receiver(port=receiver.port) as back:
        back.wait_for(ids[1:])
        assert settled(daemon) == {}
    assert receiver.ids() + back.ids() == ids
    assert "dead letter" not in daemon.log()


def test_a_server_restarted_between_two_events_gets_the_next_one(delivering):
    with Receiver() as receiver:
        daemon = delivering(receiver.url)
        ids = [send(daemon)]
        receiver.wait_for(ids)
    with Receiver(port=receiver.port) as back:
        ids += [send(daemon)]
        back.wait_for(ids[1:])
        assert settled(daemon) == {}


def test_a_host_that_takes_no_connections_in_time_holds_the_sink_alone(delivering):
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # beyond the backlog the kernel lets a SYN go unanswered
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        daemon = delivering(f"http://127.0.0.1:{full.getsockname()[1]}/", connect_timeout="200ms",
                            retry={"attempts": 1})
        ids = [send(daemon), send(daemon)]
        daemon.wait_for_log("unavailable.*no connection in time")
        daemon.wait_for_events(ids)
        daemon.stop()
        cursors, failures = sink_rows(daemon.journal_path)
        assert (cursors["app"], failures) == (0, {})


def test_a_host_that_never_ends_the_tls_handshake_holds_the_sink_alone(delivering):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        daemon = delivering(f"https://127.0.0.1:{silent.getsockname()[1]}/", connect_timeout="200ms",
                            retry={"attempts": 1})
        ids = [send(daemon), send(daemon)]
        daemon.wait_for_log("unavailable.*no TLS handshake in time")
        daemon.wait_for_events(ids)
        daemon.stop()
    assert sink_rows(daemon.journal_path)[1] == {}


def test_the_daemon_ends_cleanly_while_a_sink_still_reads_its_authorities(delivering, certificates, tmp_path):
    """Looking up a host has a thread of its own, which nothing can stop and nobody waits for."""
    many = tmp_path / "many.pem"
    many.write_text(certificates.authority.read_text() * 4_000)
    daemon = delivering("https://127.0.0.1:9/", ca_file=str(many), connect_timeout="100ms")
    send(daemon)
    daemon.wait_for_log("unavailable.*no address in time")
    daemon.stop()
    assert "ERROR" not in daemon.log()


def test_an_https_url_that_leads_to_a_server_without_tls_costs_no_event_an_attempt(delivering):
    class Plain(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(4096)
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Plain) as plain:
        serving = threading.Thread(target=plain.serve_forever)
        serving.start()
        daemon = delivering(f"https://127.0.0.1:{plain.server_address[1]}/", retry={"attempts": 1})
        ids = [send(daemon), send(daemon)]
        daemon.wait_for_log("unavailable.*the server does not use TLS; perhaps http:// is meant")
        daemon.wait_for_events(ids)
        daemon.stop()
        plain.shutdown()
        serving.join()
    assert sink_rows(daemon.journal_path)[1] == {}


def test_a_dead_application_behind_a_proxy_is_left_alone_and_gets_all_when_it_is_back(delivering):
    broken = threading.Event()
    broken.set()
    with Receiver(lambda request: 502 if broken.is_set() else 204) as receiver:
        daemon = delivering(receiver.url, retry={"first": "200ms", "max": "200ms"})  # none before five events failed
        ids = [send(daemon) for _ in range(40)]
        daemon.wait_for_events(ids)
        daemon.wait_for_log("unavailable.*the last 5 events failed, pausing: .*502")
        until(lambda: len(receiver.requests) >= 7, "a second try after a pause")
        assert len(receiver.requests) == 7  # at 1, 2, 4 … s, where 200 ms are between an event's own tries
        broken.clear()
        receiver.wait_for(ids)
        until(lambda: len(receiver.requests) >= 47, "the others, and those that failed once more")
        assert settled(daemon) == {}
    assert receiver.first_tries() == ids


def test_what_failed_before_does_not_keep_an_outage_out_of_the_log(delivering):
    with Receiver(lambda request: 500) as receiver:
        daemon = delivering(receiver.url)
        send(daemon)
        until(lambda: len(receiver.requests) >= 8, "more tries than the log has lines a minute for")
    daemon.wait_for_log("sink app: unavailable")


def test_a_name_without_an_address_holds_the_sink_alone(delivering):
    daemon = delivering("http://no-such-host.invalid/", retry={"attempts": 1})
    ids = [send(daemon), send(daemon)]
    daemon.wait_for_log("unavailable.*no-such-host.invalid")
    daemon.wait_for_events(ids)
    daemon.stop()
    assert sink_rows(daemon.journal_path)[1] == {}


def test_a_certificate_of_another_authority_is_not_trusted_and_the_host_not_hammered(delivering, certificates,
                                                                                     tmp_path):
    (tmp_path / "other").mkdir()
    other = Certificates(tmp_path / "other")
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(other.authority.read_bytes())
    context = server_context(certificates.certificate, certificates.private_key)
    with Receiver(context=context) as receiver:
        daemon = delivering(receiver.url, ca_file=trusted, concurrency=4,
                            retry={"attempts": 1, "first": "1s", "max": "1s"})
        ids = [send(daemon) for _ in range(30)]
        daemon.wait_for_events(ids)
        daemon.wait_for_log("unavailable.*TLS.*certificate")
        until(lambda: receiver.connections >= 6, "a second and third probe")
        assert receiver.connections <= 8  # four at first, then one at a time
        assert receiver.requests == []
        # The same file, with another authority in it: a reload sees that.
        trusted.write_bytes(certificates.authority.read_bytes())
        reload(daemon)
        receiver.wait_for(ids)
        assert settled(daemon) == {}
    assert sorted(receiver.ids()) == sorted(ids)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_demands_a_client_certificate_holds_the_sink_alone_and_the_log_says_so(delivering, certificates,
                                                                                             version):
    context = server_context(certificates.certificate, certificates.private_key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates.authority)
    context.maximum_version = version
    with Receiver(context=context) as receiver:
        daemon = delivering(receiver.url, ca_file=certificates.authority, retry={"attempts": 1})
        ids = [send(daemon), send(daemon)]
        daemon.wait_for_log("unavailable.*TLS: the server requires a client certificate, which is not supported")
        daemon.wait_for_events(ids)
        daemon.stop()
    assert sink_rows(daemon.journal_path)[1] == {} and receiver.requests == []


def test_a_server_that_demands_a_client_certificate_late_is_understood_all_the_same(delivering, certificates):
    """In TLS 1.3 the handshake is over for the client before the server says so."""
    context = server_context(certificates.certificate, certificates.private_key)
    context.verify_mode = ssl.CERT_REQUIRED

    def handshake(peer):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        for patience in (0, 0.7):
            with contextlib.suppress(ssl.SSLError):
                tls.do_handshake()
            peer.sendall(outgoing.read())
            incoming.write(peer.recv(65536))
            time.sleep(patience)  # longer than the client waits for a refusal
        with contextlib.suppress(ssl.SSLError):
            tls.do_handshake()
        peer.sendall(outgoing.read())

    def serve(listening):
        with contextlib.suppress(OSError):
            while True:
                with listening.accept()[0] as peer:
                    handshake(peer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        daemon = delivering(f"https://127.0.0.1:{listening.getsockname()[1]}/", ca_file=certificates.authority,
                            retry={"attempts": 1})
        send(daemon)
        daemon.wait_for_log("unavailable.*TLS: the server requires a client certificate, which is not supported")
        daemon.stop()
    assert sink_rows(daemon.journal_path)[1] == {}


def test_a_certificate_for_another_name_is_not_trusted(delivering, certificates):
    context = server_context(certificates.certificate, certificates.private_key)
    with Receiver(context=context) as receiver:
        daemon = delivering(receiver.url.replace("127.0.0.1", "127.0.0.2"), ca_file=certificates.authority)
        send(daemon)
        daemon.wait_for_log("unavailable")
        daemon.stop()
    assert receiver.requests == []
