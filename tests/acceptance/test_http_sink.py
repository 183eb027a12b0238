# SPDX-License-Identifier: MIT
"""The http sink where all goes well: what it sends, over how many connections, and what it never shows."""

import threading
import time

import pytest

from harness import success_event, until
from harness.hooks import sink_rows
from harness.receiver import Receiver, hang, http_sink, reload, send, server_context, settled, trickle


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


def test_a_cloudevent_may_be_called_plain_json(delivering):
    with Receiver() as receiver:
        daemon = delivering(receiver.url, content_type="application/json")
        receiver.wait_for([send(daemon)])
    assert receiver.requests[0].fields["content-type"] == "application/json"


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
        return b"HTTP/1.1 422 %s\r\nContent-Length: %d\r\n\r\n%s" % (said, len(said), said)

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
        assert "stopping without it" not in daemon.log()
        assert sink_rows(daemon.journal_path)[1] == {}
        daemon.start()
        receiver.wait_for(ids)
        assert settled(daemon) == {}
    assert receiver.first_tries() == ids


def test_a_daemon_that_is_killed_delivers_everything_after_its_next_start(delivering):
    with Receiver(lambda request: hang if len(receiver.requests) == 10 else 204) as receiver:
        daemon = delivering(receiver.url, timeout="10m")
        ids = [send(daemon) for _ in range(20)]
        until(lambda: len(receiver.requests) == 10, "ten requests")
        daemon.kill()
        daemon.start()
        receiver.wait_for(ids)
        assert settled(daemon) == {}
    assert receiver.first_tries() == ids


def test_an_idle_connection_does_not_delay_the_stop(delivering):
    with Receiver() as receiver:
        daemon = delivering(receiver.url, timeout="10m")
        daemon.configuration["server"]["drain_timeout"] = "25s"
        assert daemon.run("reload").returncode == 0
        receiver.wait_for([send(daemon)])
        begun = time.monotonic()
        daemon.stop()
        assert time.monotonic() - begun < 15
