# SPDX-License-Identifier: MIT
"""Strict HTTP through real sockets: no request is read as two, or two as one, however the bytes are cut.

Each request of raw_requests.py is followed by an authentic one, the canary. After a rejection it must be
neither answered nor stored, and the connection be closed; behind an acceptance it must be both.
"""

import json
import random
import re

import pytest

from harness import raw_requests
from harness import Connection, Daemon, message_id, signature_headers, success_event
from harness.raw_requests import BAD

LONGEST_BYTE_BY_BYTE = 2048


@pytest.fixture(scope="module")
def one_for_all(tmp_path_factory, certificates):
    directory = tmp_path_factory.mktemp("raw")
    made = Daemon(directory, certificates)
    made.configuration["listener"].append({"address": f"unix:{directory}/http.sock"})
    with made as running:
        yield running


@pytest.fixture
def daemon(one_for_all):
    """A request that ends the daemon fails its own test, and not all that follow."""
    yield one_for_all
    if one_for_all.process.poll() is not None:
        code = one_for_all.wait()
        one_for_all.start()
        raise AssertionError(f"the daemon ended with {code}")


def whole(request):
    return [request]


def line_by_line(request):
    return re.findall(rb"[^\n]*\n|[^\n]+", request)


def between_cr_and_lf(request):
    return re.findall(rb"[^\r]*\r|[^\r]+", request)


def byte_by_byte(request):
    return [request[i:i + 1] for i in range(len(request))]


def statuses(where, pieces):
    """All answers until the daemon has closed the connection, and that in time."""
    with Connection(where) as connection:
        connection.send(*pieces)
        return tuple(answer.status for answer in connection.responses() if answer.status != 100)


@pytest.mark.parametrize("case", raw_requests.CASES, ids=lambda case: case.name)
def test_a_raw_request_has_one_meaning(daemon, case):
    plain, tls, local = daemon.listeners
    ways = [(plain, whole), (tls, whole), (tls, byte_by_byte), (local, whole), (local, line_by_line),
            (local, between_cr_and_lf), (local, byte_by_byte)]
    sent = []
    for where, cut in ways:
        id, canary = message_id(), message_id()
        request = case.request(daemon.secret, id)
        request += daemon.request(success_event(), canary, extra=["Connection: close"])
        if cut is byte_by_byte and len(request) > LONGEST_BYTE_BY_BYTE:
            continue
        got = statuses(where, cut(request))
        what = f"{case.name} (RFC {case.rfc}) {cut.__name__} over {where.address}: {request!r}"
        assert got == case.answers, what
        sent.append((id, canary))

    marker = message_id()
    assert daemon.send(success_event(), marker).status == 204
    stored = {event["id"]: event for event in daemon.wait_for_events([marker])}
    for id, canary in sent:
        assert (id in stored) is case.stored
        assert (canary in stored) is not case.closes


@pytest.mark.parametrize("seed", range(12))
def test_a_body_is_the_same_however_chunks_and_packets_are_cut(daemon, seed):
    """Three requests on a connection, chunks of 1 to 70,000 bytes, pieces that end anywhere: also within the
    bytes between chunks, and beyond any buffer's size."""
    chance = random.Random(seed)
    wanted, sent = {}, b""
    for _ in range(3):
        id = message_id()
        body = success_event(name="".join(chance.choices("aä€😀", k=chance.choice([1, 2000, 60_000]))))
        wanted[id] = body
        fields = {**signature_headers(daemon.secret, body, id), "Host": "x", "Transfer-Encoding": "chunked"}
        sent += b"POST /webhooks/colivara HTTP/1.1\r\n"
        sent += "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n"
        largest = chance.choice([30, 3000, 70_000])
        while body:
            size = chance.randint(1, largest)
            sent += b"%x\r\n%s\r\n" % (len(body[:size]), body[:size])
            body = body[size:]
        sent += b"0\r\n\r\n"
    ends = sorted(chance.sample(range(len(sent)), 40))
    with Connection(chance.choice(daemon.listeners)) as connection:
        connection.send(*(sent[begin:end] for begin, end in zip([0, *ends], [*ends, len(sent)])))
        assert [connection.response().status for _ in wanted] == [204] * 3
    events = {event["id"]: event for event in daemon.wait_for_events(wanted)}
    for id, body in wanted.items():
        assert events[id]["data"] == json.loads(body)


@pytest.mark.parametrize("endless", [b"1;" + b"x" * (1 << 20), b"0\r\n" + b"x: y\r\n" * (1 << 17)],
                         ids=["extension", "trailer"])
def test_nothing_around_chunks_is_endless(daemon, endless):
    begun = raw_requests.Case("", "7.1", BAD, raw_requests.head(raw_requests.CHUNKED))
    request = begun.request(daemon.secret, message_id())
    for where in daemon.listeners:
        assert statuses(where, [request + endless]) == BAD


def test_the_corpus_finds_a_daemon_that_is_lenient_with_lengths_and_codings(tmp_path):
    """Such a one takes a body for a request: the canary's answer is then not where it should be."""
    found = set()
    with Daemon(tmp_path, environment={"HOOKD_FAILPOINT": "lenient_framing"}) as daemon:
        for case in raw_requests.CASES:
            if case.rfc.startswith("6"):
                request = case.request(daemon.secret, message_id())
                canary = daemon.request(success_event(), extra=["Connection: close"])
                if statuses(daemon.http, [request + canary]) != case.answers:
                    found.add(case.name)
    assert {"length-repeated", "coding-gzip"} <= found


def test_the_names_of_the_cases_are_distinct():
    names = [case.name for case in raw_requests.CASES]
    assert len(names) == len(set(names)) >= 150
