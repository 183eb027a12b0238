# SPDX-License-Identifier: MIT
"""Guarantee 8: bounded memory and descriptors. Floods of headers and of bodies and sinks that are dead for long leave the
daemon's resident memory under a stated budget and level; and a daemon without descriptors serves again once it has some.

HOOKD_MEMORY_CONNECTIONS sets how many connections flood at once (100; the promise is about 8,192, the default of
max_connections), HOOKD_MEMORY_EVENTS how many events wait for dead sinks (1,500).
"""

import os
import socket
import time

from harness import Connection, message_id, success_event, until
from harness.admin import status
from harness.slow_clients import SlowClients, Kind, raise_descriptor_limit
from harness.half_sent import client_hello
from harness.hooks import exec_sink, file_sink, write_hook
from harness.load import Load, Sender
from harness.receiver import http_sink
from harness.resident import MIB, Watch, resident, sanitizer, short_quarantine

CONNECTIONS = int(os.environ.get("HOOKD_MEMORY_CONNECTIONS", "100"))
TLS_CONNECTIONS = max(CONNECTIONS, 600)
EVENTS = int(os.environ.get("HOOKD_MEMORY_EVENTS", "1500"))
ATTEMPTS = 10_000

# docs/guarantees.md states it: what the program takes, 64 MiB for large bodies and parts of TLS records, and for each
# connection its header (16 KiB) or a usual event (16 KiB), and the state of its TLS. A sanitizer's build takes some times as
# much of everything.
PROGRAM, BODIES, CONNECTION, TLS_CONNECTION = 48 * MIB, 64 * MIB, 32 << 10, 56 << 10
# By where a client stops; the last has a part of a record beside, 16 KiB and what the allocator adds.
PARTS_IN_MEMORY = BODIES * 3 // 4 // (17 << 10)  # parts of records that stay, each of 16 KiB: the last quarter is for what gives way
TLS_LIMITS = {"parts of a hello": 24 << 10, "half handshakes": TLS_CONNECTION,
              "parts of a record in the handshake": TLS_CONNECTION, "headers over TLS": TLS_CONNECTION,
              "parts of a record behind a header": TLS_CONNECTION + (20 << 10)}
SLACK = {"asan": 2, "tsan": 3}.get(sanitizer(), 1)
AGAIN = 10 if sanitizer() else 2  # seconds


def budget(connections, each=CONNECTION):
    return SLACK * (PROGRAM + BODIES + connections * each)


def opening(size, length=b""):
    """A header of `size` bytes that never ends; with `length`, one that does, and a body that never does."""
    head = b"POST /webhooks/colivara HTTP/1.1\r\nHost: x\r\nX: "
    if not length:
        return head + b"a" * (size - len(head))
    return head + b"a\r\nContent-Length: %d\r\n\r\n" % size + b"x" * (size - 1)


def floods(daemon):
    return [
        Kind("headers", daemon.http.endpoint, opening((16 << 10) - 1)),
        Kind("small bodies", daemon.http.endpoint, opening(7_000, b"x")),
        Kind("large bodies", daemon.http.endpoint, opening(1_000_000, b"x")),
        *stopping_in_tls(daemon),
    ]


def stopping_in_tls(daemon):
    """Where clients can stop so that the most is held for them."""
    https, secure = daemon.https.endpoint, {"context": daemon.https.context}
    hello = client_hello()
    largest_hello = b"\x16\x03\x01\x10\x04\x01\x00\x10\x00" + b"x" * 4000
    return [
        Kind("parts of a hello", https, largest_hello),
        Kind("half handshakes", https, hello),
        Kind("parts of a record in the handshake", https, hello + b"\x17\x03\x03\x11\x00" + b"x" * 4_300),
        Kind("headers over TLS", https, opening((16 << 10) - 1), **secure),
        Kind("parts of a record behind a header", https, opening((16 << 10) - 1), **secure,
             bare=b"\x17\x03\x03\x41\x00" + b"x" * 16_600),
    ]


def start(make_daemon, server=None, **keys):
    raise_descriptor_limit()
    environment = {**short_quarantine(), **keys.pop("environment", {})}
    return make_daemon(server={**(server or {}), "drain_timeout": "1s"}, log={"level": "info"}, environment=environment,
                       **keys).start()


def flood(daemon, kind):
    """The peaks of two watches: until as many were closed as there are, and until as many were again."""
    peaks = []
    with SlowClients([kind], CONNECTIONS) as slow_clients:
        for cut in (CONNECTIONS, 2 * CONNECTIONS):
            with Watch(daemon.process) as watch:
                slow_clients.wait_until(lambda report: sum(report.ends[kind.name].values()) >= cut, "the flood", 240)
            peaks.append(watch.peak())
    return peaks


def level(peaks):
    return peaks[1] <= peaks[0] * 1.15 + 8 * MIB


def shown(peaks):
    return "/".join(f"{each / MIB:.0f}" for each in peaks)


def test_floods_leave_the_memory_under_its_budget_and_level(make_daemon, capsys):
    # Short deadlines let the slow_clients be cut and come back sooner.
    daemon = start(make_daemon, {} if CONNECTIONS > 2000 else {"tls_timeout": "500ms", "header_timeout": "500ms", "body_timeout": "1s"})
    peaks = {kind.name: flood(daemon, kind) for kind in floods(daemon)}
    assert daemon.send(success_event()).status == 204
    with capsys.disabled():
        print(f"\nmemory: connections={CONNECTIONS} budget={budget(CONNECTIONS) / MIB:.0f} MiB, peaks in MiB:",
              {name: shown(each) for name, each in peaks.items()})
    over_tls = {kind.name for kind in stopping_in_tls(daemon)}
    for name, each in peaks.items():
        assert max(each) <= budget(CONNECTIONS, TLS_CONNECTION if name in over_tls else CONNECTION), name
        assert level(each), f"{name}: {shown(each)} MiB"


def test_a_tls_connection_that_stops_anywhere_takes_no_more_than_is_promised(make_daemon, capsys):
    """All are held at once, until it is seen what they take; with what of that is a part of a record."""
    taken, limits = {}, {"tls_timeout": "120s", "header_timeout": "120s"}
    for number in range(len(TLS_LIMITS)):
        daemon = start(make_daemon, limits)
        assert daemon.send(success_event(), listener=daemon.https).status == 204
        kind = stopping_in_tls(daemon)[number]
        before = settled(daemon)
        with SlowClients([kind], TLS_CONNECTIONS, again=False) as slow_clients:
            slow_clients.wait_until(lambda report: sum(report.held.values()) + report.ended("503") == TLS_CONNECTIONS, "all", 240)
            taken[kind.name] = (settled(daemon) - before) / TLS_CONNECTIONS
            refused = slow_clients.report.ended("503")  # once parts of records have used up what large bodies may take
            assert refused == 0 or "behind a header" in kind.name, slow_clients.report.ends
            assert TLS_CONNECTIONS - refused >= min(TLS_CONNECTIONS, PARTS_IN_MEMORY), slow_clients.report.ends
        daemon.kill()
    with capsys.disabled():
        print(f"\nmemory: KiB a connection, {TLS_CONNECTIONS} held at once:",
              {name: round(each / 1024, 1) for name, each in taken.items()})
    for name, limit in TLS_LIMITS.items():
        assert taken[name] <= SLACK * limit, name


def settled(daemon):
    """Resident memory once it neither grows nor shrinks any more: what was freed goes back to the kernel by and by."""
    seen = []

    def level_now():
        seen.append(resident(daemon.process))
        return len(seen) > 25 and max(seen[-25:]) - min(seen[-25:]) < MIB // 4

    until(level_now, "the memory to settle", 60)
    return seen[-1]


def test_bodies_without_a_common_budget_are_found(make_daemon):
    daemon = start(make_daemon, environment={"HOOKD_FAILPOINT": "no_body_budget"})
    [large] = [kind for kind in floods(daemon) if kind.name == "large bodies"]
    with SlowClients([large], 300):
        until(lambda: resident(daemon.process) > budget(100), lambda: f"{shown([resident(daemon.process)])} MiB to grow")


def test_sinks_that_are_dead_for_long_leave_the_memory_level(make_daemon, tmp_path, capsys):
    hang = write_hook(tmp_path, "exec sleep 1000", "hang")
    fail = write_hook(tmp_path, "exit 1", "fail")
    sinks = [file_sink(tmp_path / "events.jsonl"), exec_sink(hang, "hangs", timeout="100s"),
             exec_sink(fail, "fails", retry={"first": "1s", "max": "1m"}), http_sink("http://127.0.0.1:9/", "refuses"),
             file_sink("/proc/none", "nowhere")]
    daemon = start(make_daemon, sinks=sinks)
    sender = Sender(daemon.secret, seed=8, padding="x" * 20_000)
    peaks = []
    for _ in range(2):
        with Watch(daemon.process) as watch, Load(sender, daemon.listeners, connections=16) as load:
            until(lambda: load.answers >= EVENTS // 2, lambda: f"{load.answers} answers", 240)
        peaks.append(watch.peak())
    assert sender.errors == []
    lags = {sink["name"]: sink["lag_events"] + sink["waiting"] for sink in status(daemon)["sinks"]}
    with capsys.disabled():
        print(f"\nmemory: dead sinks, events={len(sender.bodies)} of {20_000 // 1000} kB, waiting={lags}, peaks of the halves:",
              shown(peaks), "MiB")
    assert min(lags[name] for name in ("hangs", "fails", "refuses", "nowhere")) >= EVENTS // 2
    assert max(peaks) <= budget(0), f"{shown(peaks)} MiB"
    assert level(peaks)


def attempt(endpoint, count):
    """So many connections that are begun and held, taken or not."""
    held = []
    for number in range(count):
        held.append(socket.socket())
        held[-1].setblocking(False)
        held[-1].bind((f"127.1.0.{number // 1000 + 1}", 0))
        held[-1].connect_ex(endpoint)
    return held


def test_ten_thousand_attempts_at_a_daemon_with_64_descriptors_end_nothing(make_daemon, capsys):
    at_once = min(ATTEMPTS, raise_descriptor_limit() - 500)
    daemon = make_daemon(log={"level": "info"}).start()
    daemon.limit_descriptors(64)
    with Connection(daemon.http) as kept:
        kept.send(daemon.request(success_event()))
        assert kept.response().status == 204  # it is there, and not merely in the queue of a thread that comes too late
        for made in range(0, ATTEMPTS, at_once):
            held = attempt(daemon.http.endpoint, min(at_once, ATTEMPTS - made))
            daemon.wait_for_log("cannot accept on .*: Too many open files")
            kept.send(daemon.request(success_event()))
            assert kept.response().status == 204, "who was there before is served"
            for each in held:
                each.close()
    begin = time.monotonic()
    id = message_id()
    assert daemon.send(success_event(), id).status == 204
    again = time.monotonic() - begin
    daemon.wait_for_events([id])
    with capsys.disabled():
        print(f"\ndescriptors: 64, attempts={ATTEMPTS}, {at_once} at once, served again after {again:.2f} s")
    assert again < AGAIN
