# SPDX-License-Identifier: MIT
"""The whole table of answers to the sender, through real sockets, over HTTP and HTTPS alike."""

import base64
import contextlib
import json
import os
import re
import threading
import time
from email.utils import parsedate_to_datetime

import pytest

from harness import (Connection, Daemon, exchange, failure_event, message_id, new_secret, post,
                     signature_headers, success_event, until)
from harness.admin import metrics

MAX_BODY = 64 << 10
MAX_HEADER = 16 << 10
DAY = 86_400


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, certificates):
    made = Daemon(tmp_path_factory.mktemp("answers"), certificates, server={"max_body": "64 KiB"})
    made.configuration["endpoint"] += [
        made.default_endpoint("elsewhere", "/webhooks/elsewhere", allow_from=["192.0.2.0/24"]),
        made.default_endpoint("other", "/webhooks/other", secrets=[new_secret()])]
    with made as running:
        yield running


@pytest.fixture(params=["http", "https"])
def where(daemon, request):
    return getattr(daemon, request.param)


def ask(where, request, closes=False):
    """One request, its answer, checked for what every answer must have; then the connection's fate."""
    with Connection(where) as connection:
        connection.send(request)
        answer = connection.response()
        assert answer is not None, "closed without an answer"
        check_every_answer(answer)
        assert ("close" == answer.fields.get("connection")) is closes, answer.head
        if closes:
            assert connection.closed()
        else:
            connection.send(b"GET /nothing-here HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.response().status == 404, "the connection cannot be used again"
        return answer


def check_every_answer(answer):
    assert abs(parsedate_to_datetime(answer.fields["date"]).timestamp() - time.time()) < 60
    assert set(answer.fields) <= {"date", "connection", "content-type", "content-length", "allow",
                                  "retry-after"}
    said = answer.head + answer.body
    assert not re.search(rb"colivara|hookd|beast|boost|openssl|0\.1", said, re.IGNORECASE), said
    assert len(answer.body) < 100
    if answer.status == 204:
        assert answer.body == b"" and "content-type" not in answer.fields


def assert_nothing_stored(daemon, *ids):
    """Events come out in the order they went in: once a later one is there, an earlier one would be."""
    marker = message_id()
    assert daemon.send(success_event(), marker).status == 204
    stored = {event["id"] for event in daemon.wait_for_events([marker])}
    assert not stored & set(ids)


# 204


@pytest.mark.parametrize("body", [success_event(), failure_event()], ids=["upsert.success", "upsert.fail"])
@pytest.mark.parametrize("family", ["svix", "webhook"])
def test_an_authentic_event_is_answered_204_and_comes_out_of_the_sink(daemon, where, body, family):
    id = message_id()
    assert ask(where, daemon.request(body, id, family=family)).status == 204
    event = next(event for event in daemon.wait_for_events([id]) if event["id"] == id)
    data = json.loads(body)
    assert event.pop("sequence").isdigit()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event.pop("time"))
    assert event == {
        "specversion": "1.0", "id": id, "source": "colivara", "type": data["type"],
        "subject": "default_collection/report.pdf", "datacontenttype": "application/json", "data": data}


@pytest.mark.parametrize("body", [b"", b"not JSON", b'{"type":"upsert.success"', b"\xff\xfe\x00"])
def test_an_authentic_body_that_is_no_json_is_kept_all_the_same(daemon, where, body):
    id = message_id()
    assert ask(where, daemon.request(body, id)).status == 204
    event = next(event for event in daemon.wait_for_events([id]) if event["id"] == id)
    assert event["type"] == "unknown" and "data" not in event
    assert base64.b64decode(event["data_base64"]) == body


def test_an_authentic_event_of_a_type_nobody_knows_is_kept(daemon, where):
    id, body = message_id(), b'{"type": "collection.renamed", "new": [1, {"a": null}]}'
    assert ask(where, daemon.request(body, id)).status == 204
    event = next(event for event in daemon.wait_for_events([id]) if event["id"] == id)
    assert event["type"] == "collection.renamed" and event["data"]["new"] == [1, {"a": None}]


def test_a_duplicate_is_answered_204_and_is_one_event(daemon, where):
    id = message_id()
    first = daemon.request(success_event(), id)
    assert [ask(where, request).status for request in (
        first,
        first,  # the sender's instant retry: the very same bytes
        daemon.request(success_event(), id, timestamp=int(time.time()) - 5),  # a later attempt: signed again
    )] == [204, 204, 204]
    assert_one_event(daemon, id)


def test_equal_requests_in_flight_at_once_are_all_answered_204_and_are_one_event(daemon, where):
    id = message_id()
    request = daemon.request(success_event(), id)
    connections = [Connection(where) for _ in range(8)]
    for connection in connections:
        connection.send(request[:-1])
    senders = [threading.Thread(target=connection.send, args=[request[-1:]]) for connection in connections]
    for sender in senders:
        sender.start()
    assert [connection.response().status for connection in connections] == [204] * 8
    for sender, connection in zip(senders, connections):
        sender.join()
        connection.close()
    assert_one_event(daemon, id)


def test_one_id_at_two_endpoints_is_two_events(daemon, where):
    """Duplicates are told by endpoint and id."""
    id = message_id()
    other = daemon.configuration["endpoint"][2]["secrets"][0]
    assert ask(where, daemon.request(success_event(), id)).status == 204
    headers = signature_headers(other, success_event(), id)
    assert ask(where, post(success_event(), headers, path="/webhooks/other")).status == 204
    marker = message_id()
    ask(where, daemon.request(success_event(), marker))
    sources = [event["source"] for event in daemon.wait_for_events([marker]) if event["id"] == id]
    assert sources == ["colivara", "other"]


def assert_one_event(daemon, id):
    marker = message_id()
    daemon.send(success_event(), marker)
    assert [event["id"] for event in daemon.wait_for_events([marker])].count(id) == 1


def test_sequence_numbers_rise_by_one(daemon, where):
    ids = [message_id() for _ in range(5)]
    for id in ids:
        assert ask(where, daemon.request(success_event(), id)).status == 204
    numbers = [int(event["sequence"]) for event in daemon.wait_for_events(ids)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_query_is_no_part_of_the_path(daemon, where):
    assert ask(where, daemon.request(success_event(), path="/webhooks/colivara?token=1&x=/y")).status == 204


def test_a_body_may_come_in_chunks(daemon, where):
    body, id = success_event(), message_id()
    assert ask(where, chunked(daemon, body, [5, len(body) - 5], id)).status == 204
    event = next(event for event in daemon.wait_for_events([id]) if event["id"] == id)
    assert event["data"] == json.loads(body)


def chunked(daemon, body, sizes, id=None, end=b"0\r\n\r\n"):
    request = daemon.request(body, id)
    head = request.partition(b"\r\n\r\n")[0]
    head = re.sub(rb"Content-Length: \d+", b"Transfer-Encoding: chunked", head) + b"\r\n\r\n"
    for size in sizes:
        head += b"%x\r\n%s\r\n" % (size, body[:size])
        body = body[size:]
    return head + end


# 401


def unauthentic(secret, id=None):
    """Every way to be refused, with the words that the log must have for it."""
    id = id or message_id()
    body = success_event()
    good = signature_headers(secret, body, id)
    now = int(time.time())

    def but(**changed):
        fields = {name: changed.get(name.removeprefix("svix-"), value) for name, value in good.items()}
        return post(body, {name: value for name, value in fields.items() if value is not None})

    def signed(id=id, timestamp=now):
        return post(body, signature_headers(secret, body, id, timestamp))

    signature = good["svix-signature"]
    twice = list(good.items())
    return {
        "no-headers": post(body, {}),
        "no-id": but(id=None),
        "no-timestamp": but(timestamp=None),
        "no-signature": but(signature=None),
        "empty-signature": but(signature=""),
        "families-mixed": post(body, {"svix-id": id, "svix-timestamp": good["svix-timestamp"],
                                      "webhook-signature": signature}),
        "wrong-secret": post(body, signature_headers(new_secret(), body, id)),
        "changed-body": post(body.replace(b"4711", b"4712"), good),
        "changed-id": but(id=message_id()),
        "changed-timestamp": but(timestamp=str(now - 3)),
        "stale": signed(timestamp=now - 302),
        "from-the-future": signed(timestamp=now + 400),
        "a-day-old": signed(timestamp=now - DAY),
        "timestamp-with-a-sign": signed(timestamp=f"+{now}"),
        "timestamp-with-a-leading-zero": signed(timestamp=f"0{now}"),
        "timestamp-with-a-fraction": signed(timestamp=f"{now}.0"),
        "timestamp-of-20-digits": signed(timestamp=f"{2 ** 64 + now}"),
        "id-with-a-dot": signed(id=f"{id}.{now}"),
        "id-with-a-space": signed(id="msg a"),
        "id-of-257-characters": signed(id="m" * 257),
        "unknown-version": but(signature="v2" + signature[2:]),
        "version-in-capitals": but(signature="V1" + signature[2:]),
        "cut-signature": but(signature=signature[:-1]),
        "signature-with-a-tail": but(signature=signature + "="),
        "id-twice": post(body, [twice[0], *twice]),
        "timestamp-twice": post(body, [twice[1], *twice]),
        "signature-twice": post(body, [twice[2], *twice]),
    }


@pytest.fixture(scope="module")
def refusal_as_it_should_be(daemon):
    return exchange(daemon.http, post(success_event(), {}))


@pytest.mark.parametrize("kind", list(unauthentic(new_secret())))
def test_whatever_is_wrong_with_a_signature_the_answer_is_the_very_same_401(daemon, where, kind,
                                                                            refusal_as_it_should_be):
    id = message_id()
    answer = ask(where, unauthentic(daemon.secret, id)[kind])
    assert answer.status == 401

    def undated(answer):
        return re.sub(rb"Date: [^\r]*", b"Date:", answer.head) + answer.body

    assert undated(answer) == undated(refusal_as_it_should_be)
    assert_nothing_stored(daemon, id)


def test_another_endpoints_secret_does_not_count(daemon, where):
    other = daemon.configuration["endpoint"][2]["secrets"][0]
    assert ask(where, post(success_event(), signature_headers(other, success_event()))).status == 401


def test_the_log_has_the_reason_with_address_and_id_and_never_secret_or_signature(make_daemon):
    """Reasons are told apart in the log, and only there."""
    kinds = ["wrong-secret", "stale", "timestamp-with-a-sign", "unknown-version"]
    with make_daemon(certificates=None, server={"threads": 1}) as daemon:
        reasons = {}
        for kind in kinds:
            id = message_id()
            request = unauthentic(daemon.secret, id)[kind]
            assert exchange(daemon.http, request).status == 401
            line = daemon.wait_for_log(rf"401 refused: ([^;\n]*); .*client=127\.0\.0\.1 id={id}")
            reasons[line[1]] = kind
            assert re.search(rb"svix-signature: v\d,(\S+)", request)[1].decode() not in daemon.log()
        assert len(reasons) == len(kinds), reasons
        assert daemon.secret.removeprefix("whsec_") not in daemon.log()


@pytest.mark.parametrize("format", ["text", "json"])
def test_an_id_that_is_none_does_not_reach_the_log(make_daemon, format):
    """It is a stranger's text: it could look like another line, or move the reader's cursor."""
    hostile = [b"a client=192.0.2.66", b"\xc2\x9b2J", b"\xff\xfe", b"m" * 10_000]
    with make_daemon(certificates=None, log={"format": format}) as daemon:
        for id in hostile:
            request = post(b"{}", signature_headers(daemon.secret, b"{}", "MARK")).replace(b"MARK", id)
            assert exchange(daemon.http, request).status == 401
        exchange(daemon.http, b"GET / HTTP/1.1\r\nHost: \x9b2J\r\n\r\n")
    log = daemon.log_path.read_bytes()
    assert log.count(b"401 refused: ") == len(hostile)
    assert not any(id in log for id in hostile) and log.isascii()
    assert format == "text" or all(json.loads(line) for line in log.splitlines())


# 404, 405


@pytest.mark.parametrize("path", [
    "/", "/webhooks", "/webhooks/colivara/", "/webhooks/colivara2", "/Webhooks/colivara",
    "//webhooks/colivara", "/webhooks/../webhooks/colivara", "/webhooks%2Fcolivara", "/webhooks/colivara;x",
    "/healthz", "/metrics"])
def test_an_unknown_path_is_answered_404_whatever_the_method(daemon, where, path):
    assert ask(where, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).status == 404
    id = message_id()
    assert ask(where, daemon.request(success_event(), id, path=path), closes=True).status == 404
    assert_nothing_stored(daemon, id)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "post", "FROB"])
def test_another_method_is_answered_405_with_allow(daemon, where, method):
    answer = ask(where, f"{method} /webhooks/colivara HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert answer.status == 405 and answer.fields["allow"] == "POST"


def test_a_path_that_is_nearly_an_endpoints_is_logged_with_what_is_wrong(make_daemon):
    with make_daemon(certificates=None) as daemon:
        for path, difference in (
                ("/webhooks/colivara/?key=secret", "the path ends with a slash"),
                ("//webhooks/colivara", "the path has a double slash"),
                ("/Webhooks/colivara", "the path differs in upper and lower case"),
                ("/webhooks%2Fcolivara", "the path is percent-encoded differently"),
                ("/hookd/webhooks/colivara", "the path has an additional prefix, which a proxy should remove"),
                ("/colivara", "the path lacks the beginning, which a proxy may have removed")):
            since = len(daemon.log())
            assert daemon.send(success_event(), path=path).status == 404
            line = daemon.wait_for_log(r"(\w+) 404 refused: (.*)\n", since)
            assert line[1] == "warning"
            shown = path.partition("?")[0]
            assert line[2] == (f'no endpoint has this path, but "/webhooks/colivara" is similar: {difference}; '
                               f'path="{shown}" endpoint=colivara client=127.0.0.1')


def test_other_unknown_paths_are_logged_cut_without_a_warning_and_within_a_quota(make_daemon):
    with make_daemon(certificates=None) as daemon:
        for _ in range(100):
            assert daemon.send(success_event(), path='/a"b' + "c" * 5000).status == 404
        lines = re.findall(r"(\w+) 404 refused: (.*)\n", daemon.log())
        assert 0 < len(lines) <= 30
        assert set(lines) == {("info", r'no endpoint has this path; path="/a\"b' + "c" * 196 + '"... client=127.0.0.1')}
        since = len(daemon.log())
        assert daemon.send(success_event(), path="/webhooks/colivara/").status == 404
        daemon.wait_for_log("404 refused: .* is similar", since)


def test_another_method_is_logged(make_daemon):
    with make_daemon(certificates=None) as daemon:
        assert exchange(daemon.http, b"GET /webhooks/colivara HTTP/1.1\r\nHost: x\r\n\r\n").status == 405
        daemon.wait_for_log('warning 405 refused: the method is "GET", not POST; endpoint=colivara client=127.0.0.1\n')


def test_head_is_answered_405_without_content(daemon, where):
    """RFC 9110 section 9.3.2: bytes behind the header would be read as the next answer."""
    with Connection(where) as connection:
        connection.send(b"HEAD /webhooks/colivara HTTP/1.1\r\nHost: x\r\n\r\n"
                        b"HEAD /unknown HTTP/1.1\r\nHost: x\r\n\r\n"
                        b"GET /webhooks/colivara HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        first = connection.response(to_head=True)
        assert first.status == 405 and first.fields["allow"] == "POST"
        assert connection.response(to_head=True).status == 404
        assert [answer.status for answer in connection.responses()] == [405]


# 413, 431, 415


def test_a_body_of_exactly_max_body_is_taken(daemon, where):
    body = success_event(name="x" * (MAX_BODY - len(success_event(name=""))))
    assert len(body) == MAX_BODY
    assert ask(where, daemon.request(body)).status == 204
    assert ask(where, chunked(daemon, body, [40_000, MAX_BODY - 40_000])).status == 204


@pytest.mark.parametrize("length", [MAX_BODY + 1, 10 ** 9, 10 ** 17])
def test_a_body_announced_too_large_is_answered_413_before_any_of_it_came(daemon, where, length):
    head = post(b"", signature_headers(daemon.secret, b"")).replace(b"Length: 0", b"Length: %d" % length)
    assert ask(where, head, closes=True).status == 413


def test_a_body_that_was_sent_in_spite_of_its_size_is_answered_413(daemon, where):
    """The answer arrives although the client is still sending: the daemon does not reset the connection."""
    id = message_id()
    assert ask(where, daemon.request(b"x" * (1 << 20), id), closes=True).status == 413
    daemon.wait_for_log(r"warning 413: body larger than max_body: increase server\.max_body if the sender is yours; client=")
    assert_nothing_stored(daemon, id)


def test_chunks_that_grow_past_max_body_are_answered_413(daemon, where):
    body, id = b"x" * (MAX_BODY + 1), message_id()
    assert ask(where, chunked(daemon, body, [1000] * 65 + [537], id), closes=True).status == 413
    assert ask(where, chunked(daemon, body, [MAX_BODY + 1], id), closes=True).status == 413
    assert_nothing_stored(daemon, id)


def padded(daemon, size, id=None):
    """An authentic request whose header has exactly `size` bytes."""
    request = daemon.request(success_event(), id, extra=["X-Padding: "])
    padding = size - len(request.partition(b"\r\n\r\n")[0]) - 4
    return request.replace(b"X-Padding: ", b"X-Padding: " + b"x" * padding)


def test_a_header_of_exactly_max_header_is_taken(daemon, where):
    assert ask(where, padded(daemon, MAX_HEADER)).status == 204


@pytest.mark.parametrize("size", [MAX_HEADER + 1, 1 << 20])
def test_a_larger_header_is_answered_431(daemon, where, size):
    id = message_id()
    assert ask(where, padded(daemon, size, id), closes=True).status == 431
    assert_nothing_stored(daemon, id)


def test_an_endless_request_line_is_answered_431(daemon, where):
    assert ask(where, b"POST /" + b"x" * MAX_HEADER, closes=True).status == 431


@pytest.mark.parametrize("coding", ["", "identity", "Identity", "identity, "])
def test_a_content_encoding_that_changes_nothing_is_taken(daemon, where, coding):
    request = daemon.request(success_event(), extra=[f"Content-Encoding: {coding}"])
    assert ask(where, request).status == 204


@pytest.mark.parametrize("coding", ["gzip", "br, gzip", "identity, gzip", "identity;q=1"])
def test_a_content_encoding_is_answered_415(daemon, where, coding):
    id = message_id()
    request = daemon.request(success_event(), id, extra=[f"Content-Encoding: {coding}"])
    assert ask(where, request, closes=True).status == 415
    assert_nothing_stored(daemon, id)


# 400, 501 (test_raw_http.py has the corpus)


@pytest.mark.parametrize("request_", [b"NONSENSE\r\n\r\n", b"POST /webhooks/colivara HTTP/1.1\r\n\r\n",
                                      b"POST /webhooks/colivara HTTP/1.0\r\nHost: x\r\n\r\n"])
def test_what_is_no_clean_http_1_1_is_answered_400_and_the_connection_closed(where, request_):
    assert ask(where, request_, closes=True).status == 400


def test_an_unsupported_transfer_coding_is_answered_501_and_the_connection_closed(where):
    request = b"POST /webhooks/colivara HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    assert ask(where, request, closes=True).status == 501


# 403


def test_an_address_that_is_not_allowed_is_answered_403(daemon, where):
    id = message_id()
    answer = ask(where, daemon.request(success_event(), id, path="/webhooks/elsewhere"), closes=True)
    assert answer.status == 403
    assert_nothing_stored(daemon, id)


# Connections


def test_a_connection_serves_one_request_after_another(daemon, where):
    ids = [message_id() for _ in range(3)]
    with Connection(where) as connection:
        for id in ids:
            connection.send(daemon.request(success_event(), id))
            assert connection.response().status == 204
    daemon.wait_for_events(ids)


def test_requests_sent_without_waiting_are_answered_in_their_order(daemon, where):
    ids = [message_id() for _ in range(10)]
    sent, wanted = b"", []
    for id in ids:
        sent += daemon.request(success_event(), id) + post(success_event(), {})
        sent += b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        wanted += [204, 401, 404]
    with Connection(where) as connection:
        connection.send(sent)
        assert [connection.response().status for _ in wanted] == wanted
    daemon.wait_for_events(ids)


def test_connection_close_is_heeded_and_nothing_behind_it_is_read(daemon, where):
    last, behind = message_id(), message_id()
    with Connection(where) as connection:
        connection.send(daemon.request(success_event(), last, extra=["Connection: close"]) +
                        daemon.request(success_event(), behind))
        answer, = connection.responses()
        assert answer.status == 204 and answer.fields["connection"] == "close"
    assert last in {event["id"] for event in daemon.wait_for_events([last])}
    assert_nothing_stored(daemon, behind)


def test_a_client_that_closed_its_sending_side_is_answered(daemon):
    with Connection(daemon.http) as connection:
        connection.send(daemon.request(success_event()))
        connection.end()
        answer, = connection.responses()
        assert answer.status == 204


def test_expect_100_continue_is_answered_before_the_body_comes(daemon, where):
    request = daemon.request(success_event(), extra=["Expect: 100-continue"])
    head, separator, body = request.partition(b"\r\n\r\n")
    with Connection(where) as connection:
        connection.send(head + separator)
        interim = connection.response()
        assert interim.status == 100 and interim.fields == {}
        connection.send(body)
        assert connection.response().status == 204
        connection.send(request)
        final = connection.response()
        assert (connection.response() if final.status == 100 else final).status == 204


@pytest.mark.parametrize("status, change", [
    (404, (b"/colivara", b"/nobody")), (405, (b"POST", b"PUT")), (413, (b"Length: ", b"Length: 99")),
    (415, (b"Accept:", b"Content-Encoding: gzip\r\nAccept:")), (403, (b"/colivara", b"/elsewhere")),
])
def test_a_client_that_asks_first_is_told_no_at_once(daemon, where, status, change):
    request = daemon.request(success_event(name="x" * 1000), extra=["Expect: 100-continue"]).replace(*change)
    head, separator, _ = request.partition(b"\r\n\r\n")
    assert ask(where, head + separator, closes=True).status == status


# 408


@pytest.fixture(scope="module")
def hasty(tmp_path_factory, certificates):
    limits = {"header_timeout": "400ms", "body_timeout": "400ms"}
    with Daemon(tmp_path_factory.mktemp("hasty"), certificates, server=limits) as running:
        yield running


@pytest.mark.parametrize("cut", [1, 30, -30], ids=["first-byte", "header", "body"])
@pytest.mark.parametrize("over", ["http", "https"])
def test_a_request_that_takes_too_long_is_answered_408(hasty, over, cut):
    id = message_id()
    request = hasty.request(success_event(), id)
    assert ask(getattr(hasty, over), request[:cut], closes=True).status == 408
    assert_nothing_stored(hasty, id)


@pytest.mark.parametrize("over", ["http", "https"])
def test_a_trickle_does_not_extend_the_time_for_a_body(hasty, over):
    """The limit is for the whole body, not for each of its bytes, of which far more are left than come in that time."""
    head, body = hasty.request(success_event(padding="x" * 4000)).split(b"\r\n\r\n")
    with Connection(getattr(hasty, over)) as connection:
        began = time.monotonic()
        connection.send(head + b"\r\n\r\n" + body[:1])
        rest = iter(body[1:])
        answer = None
        while answer is None:
            connection.send(bytes([next(rest)]))
            try:
                answer = connection.response(timeout=0.05)
            except TimeoutError:
                assert time.monotonic() - began < 10
        assert answer.status == 408
    hasty.wait_for_log("408: the body took longer than body_timeout")


# 503


def assert_unavailable(answer):
    check_every_answer(answer)
    assert answer.status == 503 and int(answer.fields["retry-after"]) > 0


@pytest.mark.parametrize("over", ["http", "https"])
def test_a_journal_at_max_size_is_answered_503_with_retry_after(make_daemon, over):
    with make_daemon(journal={"max_size": "1 MiB"}) as daemon:
        where, stored = getattr(daemon, over), []
        for _ in range(40):
            id = message_id()
            answer = ask(where, daemon.request(success_event(name="x" * 60_000), id))
            if answer.status != 204:
                break
            stored.append(id)
        assert_unavailable(answer)
        assert 5 <= len(stored) <= 20
        daemon.wait_for_log(rf"503 refused: .*id={id}")
        daemon.wait_for_events(stored)
        assert id not in {event["id"] for event in daemon.events()}


def test_a_full_disk_is_answered_503_until_there_is_space_again(make_daemon, small_disk):
    daemon = make_daemon(journal={"path": small_disk / "journal.db"})
    with daemon:
        first = message_id()
        assert daemon.send(success_event(), first).status == 204
        ballast = small_disk / "ballast"
        fill(ballast)
        for where in (daemon.http, daemon.https):
            refused = fill_until_refused(daemon, where)
            assert_unavailable(ask(where, daemon.request(success_event(name="x" * 60_000))))
        ballast.unlink()
        again = message_id()
        end = time.monotonic() + 5
        while (status := daemon.send(success_event(), again).status) == 503:
            assert time.monotonic() < end, "no recovery within 5 s"
        assert status == 204
        stored = {event["id"] for event in daemon.wait_for_events([first, again])}
        assert refused not in stored


def fill(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


def fill_until_refused(daemon, where):
    """What is preallocated in the journal may still take some."""
    for _ in range(100):
        id = message_id()
        if ask(where, daemon.request(success_event(name="x" * 60_000), id)).status == 503:
            return id
    raise AssertionError("a full disk takes everything")


LARGE = 600_000  # bytes of a body; those of some hundred fill the memory that there is for all


def most_of(daemon, size=LARGE):
    """An authentic request with a large body, but for its last byte."""
    return daemon.request(success_event(padding="x" * size))[:-1]


def test_bodies_that_are_broken_off_give_their_memory_back(make_daemon):
    with make_daemon(certificates=None) as daemon:
        part, whole = most_of(daemon), daemon.request(success_event(padding="x" * LARGE))
        for _ in range(140):
            with Connection(daemon.http) as broken_off:
                broken_off.send(part)
        until(lambda: exchange(daemon.http, whole).status == 204, "a large body to be taken again")


def test_parts_of_tls_records_count_with_the_large_bodies(make_daemon):
    """Behind a part of a header; by itself neither is more than each connection has. Bodies give way to them."""
    patient = {"header_timeout": "60s", "body_timeout": "60s"}
    refused = 'hookd_refusals_total{reason="body_memory"}'
    with make_daemon(server=patient) as daemon, contextlib.ExitStack() as open_connections:
        for _ in range(70):
            open_connections.enter_context(Connection(daemon.http)).send(most_of(daemon))
        assert metrics(daemon)[refused] == 0
        for _ in range(400):
            connection = open_connections.enter_context(Connection(daemon.https))
            connection.send(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 14_000)
            os.write(connection.socket.fileno(), b"\x17\x03\x03\x41\x00" + b"x" * 16_000)
        until(lambda: metrics(daemon)[refused] > 0, "one to be refused")
