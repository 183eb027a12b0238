"""The http sink against servers that work, fail and misbehave: nothing is lost, first tries come in order, and
nobody else notices."""

import contextlib
import socket
import threading
import time

import pytest

from harness import Certificates, event_ids, failure_event, message_id, success_event, until
from harness.admin import status
from harness.hooks import file_sink, sink_rows
from harness.receiver import Receiver, hang, http_sink, reset, server_context, trickle


@pytest.fixture
def delivering(make_daemon, tmp_path):
    """A running daemon with an http sink to the url, and beside it a file sink that must not notice."""
    def start(url, **keys):
        beside = tmp_path / "beside.jsonl"
        daemon = make_daemon(sinks=[http_sink(url, **keys), file_sink(beside)], log={"level": "trace"},
                             server={"drain_timeout": "1s"})
        daemon.sink_path = beside
        return daemon.start()
    return start


def send(daemon, body=None, **keys):
    """An authentic request that is answered 204; its id."""
    id = message_id()
    assert daemon.send(success_event() if body is None else body, id, **keys).status == 204
    return id


def reload(daemon):
    since = len(daemon.log())
    daemon.write_configuration()
    daemon.signal(1)
    daemon.wait_for_log(r"(?m)^\S+ \w+ reloaded\b", since)


def settled(daemon, dead=0):
    """Waits until the http sink has nothing left to do but dead letters; the journal's rows once the daemon ended."""
    def rested():
        app = next(each for each in status(daemon)["sinks"] if each["name"] == "app")
        return (app["lag_events"], app["in_flight"], app["waiting"], app["dead_letters"]) == (0, 0, 0, dead)

    until(rested, lambda: f"the sink to rest: {status(daemon)['sinks']}\n{daemon.log()[-3000:]}")
    daemon.stop()
    return sink_rows(daemon.journal_path)[1]


# What arrives

def test_each_event_is_posted_in_order_as_a_cloudevent_over_one_connection(delivering):
    with Receiver() as receiver:
        daemon = delivering(receiver.url)
        ids = [send(daemon, success_event(f"report {n} ä.pdf")) for n in range(20)]
        ids += [send(daemon, b"\x00not json")]
        receiver.wait_for(ids)
        daemon.wait_for_events(ids)
    assert receiver.ids() == ids
    assert receiver.connections == 1
    assert [request.body for request in receiver.requests] == daemon.sink_path.read_bytes().split(b"\n")[:-1]
    for request in receiver.requests:
        assert (request.method, request.target) == ("POST", "/events?from=hookd")
        assert request.fields["content-type"] == "application/cloudevents+json"
        assert request.fields["host"] == f"127.0.0.1:{receiver.port}"
        assert "svix-id" not in request.fields and "webhook-id" not in request.fields


@pytest.mark.parametrize("family", ["svix", "webhook"])
def test_the_original_passes_verification_again_behind_it(make_daemon, family):
    behind = make_daemon()
    behind.start()
    address, port = behind.http.endpoint
    front = make_daemon(sinks=[http_sink(f"http://{address}:{port}/webhooks/colivara", format="original")],
                        endpoints=[behind.default_endpoint()])
    front.secret = behind.secret
    front.start()
    bodies = [success_event("äöü.pdf"), b'{ "type":"upsert.fail",\r\n "name" : "x\\u0000"}\n', b"\xff\x00 no json"]
    ids = [send(front, body, family=family) for body in bodies]
    events = behind.wait_for_events(ids)
    assert [event["id"] for event in events] == ids
    assert settled(front) == {}


def test_the_original_is_the_very_bytes_and_headers_that_came(delivering):
    body = b'{"type":"upsert.success",\r\n "name":"\\u00e4"} '
    with Receiver() as receiver:
        daemon = delivering(receiver.url, format="original")
        id = send(daemon, body)
        receiver.wait_for([id])
    [request] = receiver.requests
    assert request.body == body
    assert request.fields["svix-id"] == request.fields["idempotency-key"] == id
    assert request.fields["svix-signature"].startswith("v1,")
    assert abs(int(request.fields["svix-timestamp"]) - time.time()) < 60


# Faults of one event

FAULTS = {"resets": reset, "hangs": hang, "trickles": trickle, "closes": b"",
          "breaks off": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "talks nonsense": b"220 mail.example ESMTP\r\n",
          "fails": 500, "is overloaded": 503, "times out": 408, "comes too early": 425}


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
    assert rows == {("app", poison): [3, 1, f"127.0.0.1:{receiver.port}: no whole answer within 200ms"]}
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


@pytest.mark.parametrize("code, words", [(301, "redirects are not followed"), (307, "redirects"), (404, "status 404"),
                                         (401, "status 401"), (422, "status 422")])
def test_a_redirect_or_refusal_is_a_dead_letter_at_once(delivering, code, words):
    with Receiver() as elsewhere:
        with Receiver(lambda request: (code, [f"Location: {elsewhere.url}"])) as receiver:
            daemon = delivering(receiver.url)
            id = send(daemon)
            daemon.wait_for_log(rf"{id}.* dead letter after 1 attempt\(s\): .*{words}")
            [[attempts, dead, detail]] = settled(daemon, dead=1).values()
    assert (attempts, dead) == (1, 1) and words in detail
    assert receiver.ids() == [id] and elsewhere.connections == 0


# Faults of the host

def test_a_dead_host_costs_no_event_an_attempt_and_gets_all_in_order_when_it_is_back(delivering):
    with Receiver() as receiver:
        daemon = delivering(receiver.url, retry={"attempts": 2})
        ids = [send(daemon)]
        receiver.wait_for(ids)
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


def test_a_dead_application_behind_a_proxy_is_left_alone_and_gets_all_when_it_is_back(delivering):
    broken = threading.Event()
    broken.set()
    with Receiver(lambda request: 502 if broken.is_set() else 204) as receiver:
        daemon = delivering(receiver.url)
        ids = [send(daemon) for _ in range(40)]
        daemon.wait_for_events(ids)
        daemon.wait_for_log("unavailable.*the last 5 events failed, so the server is left alone for a while: .*502")
        until(lambda: len(receiver.requests) >= 7, "a second try after a pause")
        assert len(receiver.requests) == 7  # at 1, 2, 4 … s, where 20 ms are between an event's own tries
        broken.clear()
        receiver.wait_for(ids)
        until(lambda: len(receiver.requests) >= 47, "the others, and those that failed once more")
        assert settled(daemon) == {}
    assert receiver.first_tries() == ids


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
        daemon = delivering(receiver.url, ca_file=trusted, concurrency=4, retry={"attempts": 1, "first": "1s", "max": "1s"})
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


def test_a_certificate_for_another_name_is_not_trusted(delivering, certificates):
    context = server_context(certificates.certificate, certificates.private_key)
    with Receiver(context=context) as receiver:
        daemon = delivering(receiver.url.replace("127.0.0.1", "127.0.0.2"), ca_file=certificates.authority)
        send(daemon)
        daemon.wait_for_log("unavailable")
        daemon.stop()
    assert receiver.requests == []


def test_https_is_kept_alive_too(delivering, certificates):
    context = server_context(certificates.certificate, certificates.private_key)
    with Receiver(context=context) as receiver:
        daemon = delivering(receiver.url.replace("127.0.0.1", "localhost"), ca_file=certificates.authority)
        ids = [send(daemon) for _ in range(10)]
        receiver.wait_for(ids)
        assert settled(daemon) == {}
    assert receiver.ids() == ids
    assert receiver.connections == 1


# Secrets, concurrency, stopping

def test_a_header_with_a_secret_is_sent_and_never_shown_and_renewed_by_a_reload(delivering, tmp_path):
    token = tmp_path / "token"
    token.write_text("Bearer first-hidden\n")
    token.chmod(0o600)

    def echo(request):
        said = request.fields["authorization"].encode()
        return b"HTTP/1.1 403 %s\r\nContent-Length: %d\r\n\r\n%s" % (said, len(said), said)

    headers = {"Authorization": {"file": token}, "X-Key": {"env": "HOOKD_TEST_KEY"}, "X-Plain": "inline-hidden"}
    with Receiver(echo) as receiver, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOKD_TEST_KEY", "env-hidden")
        daemon = delivering(receiver.url, headers=headers)
        ids = [send(daemon)]
        daemon.wait_for_log(f"{ids[0]}.* dead letter")
        token.write_text("Bearer second-hidden\n")
        reload(daemon)
        ids += [send(daemon)]
        daemon.wait_for_log(f"{ids[1]}.* dead letter")
        printed = daemon.run("check", "--print")
        rows = settled(daemon, dead=2)
    assert [request.fields["authorization"] for request in receiver.requests] == ["Bearer first-hidden",
                                                                                  "Bearer second-hidden"]
    assert receiver.requests[0].fields["x-key"] == "env-hidden"
    assert receiver.requests[0].fields["x-plain"] == "inline-hidden"
    assert printed.returncode == 0 and str(token) in printed.stdout
    for shown in (daemon.log(), printed.stdout, printed.stderr, str(rows)):
        assert "hidden" not in shown


def test_no_more_deliveries_are_under_way_and_connections_open_than_concurrency_allows(delivering):
    release = threading.Event()

    def answer(request):
        release.wait(20)
        return 204

    with Receiver(answer) as receiver:
        daemon = delivering(receiver.url, concurrency=3)
        ids = [send(daemon) for _ in range(12)]
        until(lambda: len(receiver.requests) == 3, "three requests at once")
        daemon.wait_for_events(ids)
        release.set()
        assert settled(daemon) == {}
    assert receiver.most_at_once == 3
    assert receiver.connections == 3
    assert sorted(receiver.ids()) == sorted(ids)


@pytest.mark.parametrize("misbehaves", [hang, trickle])
def test_a_stop_waits_no_longer_than_it_may_for_a_request_that_hangs(delivering, misbehaves):
    with Receiver(lambda request: misbehaves if len(receiver.requests) == 1 else 204) as receiver:
        daemon = delivering(receiver.url, timeout="10m", retry={"attempts": 1})
        ids = [send(daemon), send(daemon)]
        receiver.wait_for(ids[:1])
        begun = time.monotonic()
        daemon.stop()  # server.drain_timeout is 1 s
        assert time.monotonic() - begun < 5
        assert "is left behind" not in daemon.log()
        assert sink_rows(daemon.journal_path)[1] == {}
        daemon.start()
        receiver.wait_for(ids)
        assert settled(daemon) == {}
    assert receiver.first_tries() == ids


def test_an_idle_connection_does_not_delay_the_stop(delivering):
    with Receiver() as receiver:
        daemon = delivering(receiver.url, timeout="10m")
        receiver.wait_for([send(daemon)])
        begun = time.monotonic()
        daemon.stop()
        assert time.monotonic() - begun < 0.9
