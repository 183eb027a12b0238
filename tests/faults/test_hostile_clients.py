# SPDX-License-Identifier: MIT
"""Guarantee 9: slow or hostile clients do not starve good ones. Many of them, which come back when they are closed, beside a good
client whose answers are timed; and each of the slow_clients is cut at its deadline.

HOOKD_HOSTILE_CLIENTS sets how many there are of each of the seven kinds (30). From 144 on, which makes 1,008 at once, the
daemon has its default deadlines of 10 and 30 s, otherwise such of 2 s.
"""

import os

import pytest

from harness.slow_clients import SlowClients, Kind, raise_descriptor_limit
from harness.good_client import GoodClient
from harness.half_sent import client_hello
from harness.resident import sanitizer

EACH = int(os.environ.get("HOOKD_HOSTILE_CLIENTS", "30"))
LONG = EACH >= 144
HASTY = {"header_timeout": "2s", "body_timeout": "2s", "tls_timeout": "2s"}
HEADER, BODY, TLS = (10, 30, 10) if LONG else (2, 2, 2)
SLOW = 4 if sanitizer() else 1
LATE = 3.0 * SLOW  # a cut may be so late on a busy machine
EARLY = 0.5
WINDOWS, SAMPLES = (10, 1000) if LONG else (10, 100)
WORST = 0.100 * SLOW
TARGET = b"POST /webhooks/colivara HTTP/1.1\r\nHost: x\r\n"


def body(size, sent):
    return TARGET + b"Content-Length: %d\r\n\r\n" % size + b"x" * sent


def hostile(daemon):
    """{kind: (its deadline, how it may end)}."""
    http, https = daemon.http.endpoint, daemon.https.endpoint
    cut = ("BrokenPipeError", "ConnectionResetError")
    return {
        Kind("silent", http): (HEADER, ("closed",)),
        Kind("slow header", http, TARGET, drip=b"x-a: b\r\n"): (HEADER, ("408",)),
        Kind("slow body", http, body(4000, 3000), drip=b"x"): (BODY, ("408", "503")),
        Kind("large body that stops", http, body(600_000, 520_000), rest=BODY): (BODY, ("408", "503")),
        Kind("half a hello", https, client_hello()[:100]): (TLS, ("closed",)),
        Kind("half a handshake", https, client_hello()): (TLS, ("closed",)),
        Kind("never reads", http, flood=b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 100): (BODY, cut),
    }


def errors_of(report, kinds, late=LATE):
    """Every client that was not cut at its deadline, or in another way than it must be, as sentences."""
    errors = []
    for kind, (deadline, ends) in kinds.items():
        errors += [f"{kind.name}: ended with {end}" for end in report.ends[kind.name] if end not in ends]
        lives = [life for end, life in report.lives[kind.name] if end != "503"]
        if lives and min(lives) < deadline - EARLY and not kind.flood:
            errors.append(f"{kind.name}: cut after {min(lives):.2f} s already")
        oldest = max([report.oldest[kind.name], *lives])
        if oldest > deadline + late:
            errors.append(f"{kind.name}: still there after {oldest:.2f} s")
    return errors


def p99(good):
    """Of SAMPLES requests, in seconds."""
    return sorted(good.timed() for _ in range(SAMPLES))[SAMPLES * 99 // 100 - 1]


def test_a_good_client_is_served_in_time_beside_hostile_ones_which_are_cut_at_their_deadline(make_daemon,
                                                                                                       capsys):
    raise_descriptor_limit()
    daemon = make_daemon(server={} if LONG else HASTY, log={"level": "info"}).start()
    kinds = hostile(daemon)
    with GoodClient(daemon, daemon.https) as good:
        alone = p99(good)
        with SlowClients(list(kinds), EACH) as slow_clients:
            slow_clients.wait_until_held(share=0.8)  # the others are on their way back
            beside = [p99(good)]
            while beside[-1] > WORST + alone and len(beside) < WINDOWS:  # other work on the machine passes, the slow_clients stays
                beside.append(p99(good))
            slow_clients.wait_until(lambda report: all(report.ends.values()), "each kind to be cut", BODY + 30)
    report = slow_clients.report
    with capsys.disabled():
        print(f"\nhostile clients: at once={slow_clients.total} cut={sum(map(len, report.lives.values()))} p99 alone="
              f"{alone * 1000:.1f} ms beside them={'/'.join(f'{each * 1000:.1f}' for each in beside)} ms, longest lives",
              {name: round(max(life for _, life in lives), 2) for name, lives in report.lives.items() if lives})
    assert errors_of(report, kinds) == []
    assert good.statuses == {204}
    assert beside[-1] < WORST + alone


def test_clients_that_are_never_cut_are_found(make_daemon):
    if LONG:
        pytest.skip("the short form shows it")
    daemon = make_daemon(server={**HASTY, "drain_timeout": "1s"}, environment={"HOOKD_FAILPOINT": "no_deadlines"}).start()
    kinds = hostile(daemon)
    with SlowClients(list(kinds), 5) as slow_clients:
        slow_clients.wait_until(lambda report: min(report.oldest.values()) > 2 + 3, "the clients to grow old")
    assert len([error for error in errors_of(slow_clients.report, kinds, late=3) if "still there" in error]) == len(kinds)
