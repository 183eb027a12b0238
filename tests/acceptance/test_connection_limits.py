# SPDX-License-Identifier: MIT
"""What strangers can take: connections, descriptors and the memory for bodies, of the listeners and of the
administration."""

import contextlib
import select
import socket
import threading
import time
from pathlib import Path

import pytest

from harness import Connection, exchange, success_event, until
from harness.admin import ask, metrics, tcp_socket, unix_socket, wait_for_metric

STRANGE_REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
GAVE_WAY = "hookd_connections_gave_way_total"


@pytest.fixture
def held():
    """Connections that are kept until the test's end."""
    with contextlib.ExitStack() as kept:
        yield kept


def stranger(daemon, held, source="127.0.0.1"):
    """A connection that the daemon has taken on for certain, for it has answered 404 on it."""
    connection = held.enter_context(Connection(daemon.http, source=source))
    connection.send(STRANGE_REQUEST)
    assert connection.response().status == 404
    return connection


def sender(daemon, held, source="127.0.0.1"):
    """The same, with an authentic message."""
    connection = held.enter_context(Connection(daemon.http, source=source))
    assert again(daemon, connection)
    return connection


def again(daemon, connection):
    """Whether the connection still serves."""
    connection.send(daemon.request(success_event()))
    answer = connection.response()
    return answer is not None and answer.status == 204


def readiness(daemon):
    return ask(unix_socket(daemon), "/readyz")


# Connections


@pytest.mark.parametrize("threads", [1, 4])
def test_when_all_connections_are_taken_the_stranger_that_is_idle_for_longest_gives_way(make_daemon, held, threads):
    with make_daemon(certificates=None, server={"threads": threads, "max_connections": 4}) as daemon:
        good = sender(daemon, held)
        strangers = [stranger(daemon, held) for _ in range(3)]
        strangers[0].send(STRANGE_REQUEST)
        assert strangers[0].response().status == 404  # which does not make it less idle
        for number, first in enumerate(strangers[:2]):
            new_client = sender(daemon, held)
            first.closed()
            wait_for_metric(daemon, GAVE_WAY, lambda value, expected=number + 1: value == expected)
        assert again(daemon, good) and again(daemon, new_client), "who brought something authentic stays"
        strangers[2].send(STRANGE_REQUEST)
        assert strangers[2].response().status == 404, "and who is idle for a shorter time"
        daemon.wait_for_log(r"closed a connection for a new one: max_connections reached.*; client=127\.0\.0\.1")
        assert (answer := readiness(daemon)).status == 200 and answer.body.startswith(b"ready\n")
        assert b"were closed for new ones: max_connections reached" in answer.body


def test_addresses_that_hold_all_connections_keep_nobody_out(make_daemon, held):
    """Nine of them, with as many connections as each may have, and requests that keep them from being idle."""
    limits = {"max_connections": 81, "max_connections_per_address": 9, "idle_timeout": "60s"}
    with make_daemon(certificates=None, server=limits) as daemon:
        slow_clients = [stranger(daemon, held, f"127.0.0.{host}") for host in range(2, 11) for _ in range(9)]
        for _ in range(20):
            for connection in slow_clients:
                with contextlib.suppress(OSError):
                    connection.socket.send(STRANGE_REQUEST)
            assert exchange(daemon.http, daemon.request(success_event())).status == 204
        assert metrics(daemon)['hookd_connections_refused_total{reason="max_connections"}'] == 0


def test_nobody_gives_way_to_an_address_that_has_its_most(make_daemon, held):
    with make_daemon(certificates=None, server={"max_connections": 4, "max_connections_per_address": 2}) as daemon:
        kept = [stranger(daemon, held, f"127.0.0.{host}") for host in (2, 2, 3, 3)]
        for _ in range(5):
            with Connection(daemon.http, source="127.0.0.2") as refused:
                refused.closed()
        assert metrics(daemon)[GAVE_WAY] == 0
        for connection in kept:
            connection.send(STRANGE_REQUEST)
            assert connection.response().status == 404
        assert readiness(daemon).body == (
            b"ready\nconnections were rejected: max_connections_per_address reached\n")


def test_a_trickle_does_not_make_a_stranger_less_idle(make_daemon, held):
    with make_daemon(certificates=None, server={"max_connections": 3}) as daemon:
        trickling = stranger(daemon, held)
        trickling.send(b"GET / HTTP/1.1\r\n")
        strangers = [stranger(daemon, held) for _ in range(2)]
        trickling.send(b"Host: x\r\n")
        sender(daemon, held)
        trickling.closed()
        for connection in strangers:
            connection.send(STRANGE_REQUEST)
            assert connection.response().status == 404


def test_a_body_that_keeps_coming_is_not_idle(make_daemon, held):
    with make_daemon(certificates=None, server={"max_connections": 3, "threads": 1}) as daemon:
        request = daemon.request(success_event(x="x" * 200_000))
        uploading = held.enter_context(Connection(daemon.http))
        uploading.send(request[:1000])
        strangers = [stranger(daemon, held) for _ in range(2)]
        uploading.send(request[1000:100_000])
        for _ in range(20):  # each answered on the one thread, which takes a turn for the upload between two of them
            strangers[1].send(STRANGE_REQUEST)
            assert strangers[1].response().status == 404
        stranger(daemon, held)
        strangers[0].closed()
        uploading.send(request[100_000:])
        assert uploading.response().status == 204


def test_where_all_connections_are_authentic_a_new_one_is_refused_and_readiness_says_so(make_daemon, held):
    with make_daemon(certificates=None, server={"max_connections": 4}) as daemon:
        senders = [sender(daemon, held) for _ in range(4)]
        with Connection(daemon.http) as refused:
            refused.closed()
        answer = readiness(daemon)
        assert (answer.status, answer.body) == (
            503, b"new connections are rejected: max_connections is reached, and none gives way\n")
        daemon.wait_for_log("refused a connection: max_connections reached")
        assert all(again(daemon, each) for each in senders)
        until(lambda: readiness(daemon).status == 200, "readiness")
        assert b"connections were rejected: max_connections reached" in readiness(daemon).body
        assert "connections were rejected: max_connections reached" in daemon.run("status").stdout


# The administration


def connect(where):
    if where.address.startswith("unix:"):
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(where.address.removeprefix("unix:"))
        return peer
    return socket.create_connection(where.endpoint)


@pytest.mark.parametrize("find", [tcp_socket, unix_socket])
def test_connections_that_say_nothing_do_not_blind_the_administration(make_daemon, held, find):
    daemon = make_daemon(certificates=None)
    daemon.configuration["admin"]["address"] = "127.0.0.1:0"
    with daemon:
        idle = [held.enter_context(connect(find(daemon))) for _ in range(150)]
        for _ in range(10):
            assert ask(find(daemon), "/healthz").status == 200
        for peer in idle:
            peer.settimeout(9)
            assert peer.recv(1) == b"", "none idles for long"


# The memory for bodies


MIB = 1 << 20


def hold_bodies(daemon, held, source, count, extra=()):
    """Connections that each send nearly a MiB of a body, and then no more; the daemon may still be reading it."""
    lines = [b"POST /webhooks/colivara HTTP/1.1", b"Host: x", b"Content-Length: %d" % MIB, *extra]
    opening = b"\r\n".join(lines) + b"\r\n\r\n" + b"x" * (MIB - 100)
    connections = []
    for _ in range(count):
        connections.append(held.enter_context(Connection(daemon.http, source=source)))
        with contextlib.suppress(OSError):  # refused with 503
            connections[-1].socket.sendall(opening)
    return connections


def all_is_read(daemon):
    """The daemon has read what lay in the kernel for it."""
    port = f":{daemon.http.endpoint[1]:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return all(queues == "00000000:00000000" for _, here, _, _, queues, *_ in lines if here.endswith(port))


def large_event_is_taken(daemon, source, extra=()):
    request = daemon.request(success_event(x="x" * 500_000), extra=extra)
    with Connection(daemon.http, source=source) as connection:
        connection.send(request)
        return connection.response().status == 204


def test_one_address_does_not_take_the_memory_for_all_large_bodies(make_daemon, held):
    with make_daemon(certificates=None) as daemon:
        hold_bodies(daemon, held, "127.0.0.2", 100)
        wait_for_metric(daemon, 'hookd_refusals_total{reason="body_memory"}', lambda value: value > 0)
        until(lambda: large_event_is_taken(daemon, "127.0.0.1"), "those that give way to be gone")
        assert all(large_event_is_taken(daemon, "127.0.0.1") for _ in range(10))
        daemon.wait_for_log(r"503: too many large bodies in flight.*; client=127\.0\.0\.2")
        assert readiness(daemon).body == b"ready\nlarge bodies were rejected: too many at the same time\n"


def test_nor_for_the_others_behind_the_same_address(make_daemon, held):
    with make_daemon(certificates=None) as daemon:
        hold_bodies(daemon, held, "127.0.0.1", 100)
        assert all(large_event_is_taken(daemon, "127.0.0.1") for _ in range(10))


class Trickle(threading.Thread):
    """Bodies of 4 MiB from one address that never pause and take all the memory that bodies of that size can have."""

    def __init__(self, daemon, held):
        super().__init__(daemon=True)
        head = b"POST /webhooks/colivara HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (4 * MIB)
        self.bodies = [held.enter_context(Connection(daemon.http)) for _ in range(7)]
        for body in self.bodies:
            body.send(head + b"x" * 50_000)
        self.done = threading.Event()
        self.start()
        held.callback(self.done.set)

    def run(self):
        while not self.done.wait(0.02):
            for body in self.bodies:
                with contextlib.suppress(OSError):
                    body.send(b"x" * 17_000)


def send_of_4_mib(daemon):
    with Connection(daemon.http) as connection:
        begin = time.monotonic()
        connection.send(daemon.request(success_event(x="x" * (4 * MIB - 2_000))))
        return connection.response().status, time.monotonic() - begin


def test_a_body_that_finds_no_memory_waits_for_it_but_not_for_long(make_daemon, held):
    with make_daemon(certificates=None, server={"max_body": "4 MiB"}) as daemon:
        trickle = Trickle(daemon, held)
        until(lambda: all_is_read(daemon), "the bodies to be read")
        threading.Timer(0.5, trickle.done.set).start()
        status, seconds = send_of_4_mib(daemon)
        assert status == 204 and seconds > 0.4, "those that pause give way to it, once they do"
    with make_daemon(certificates=None, server={"max_body": "4 MiB", "drain_timeout": "1s"}) as daemon:
        Trickle(daemon, held)
        status, seconds = send_of_4_mib(daemon)
        assert status == 503 and seconds > 1.9
        assert daemon.send(success_event(x="x" * 100_000)).status == 204, "smaller ones find memory still"


def is_answered(connection):
    return bool(select.select([connection.socket], [], [], 0)[0])


def test_a_body_that_gives_way_ends_at_once_though_nothing_more_comes(make_daemon, held):
    with make_daemon(certificates=None, server={"drain_timeout": "1s"}) as daemon:
        bodies = []
        while not bodies or not is_answered(bodies[0]):
            bodies += hold_bodies(daemon, held, "127.0.0.2", 1)
            assert len(bodies) < 100
            until(lambda: all_is_read(daemon), "the body to be read")
        assert bodies[0].response(5).status == 503, "its own time would have been 30 s"


def test_several_addresses_do_not_either(make_daemon, held):
    with make_daemon(certificates=None) as daemon:
        for host in range(2, 10):
            hold_bodies(daemon, held, f"127.0.0.{host}", 40)
        until(lambda: large_event_is_taken(daemon, "127.0.0.1"), "those that give way to be gone")
        assert all(large_event_is_taken(daemon, "127.0.0.1") for _ in range(10))


def test_behind_a_trusted_proxy_it_goes_by_the_clients(make_daemon, held):
    with make_daemon(certificates=None, listener={"trusted_proxies": ["127.0.0.0/8"]}) as daemon:
        hold_bodies(daemon, held, "127.0.0.2", 100, [b"X-Forwarded-For: 192.0.2.1"])
        behind = ["X-Forwarded-For: 192.0.2.2"]
        until(lambda: large_event_is_taken(daemon, "127.0.0.2", behind), "those that give way to be gone")
        assert all(large_event_is_taken(daemon, "127.0.0.2", behind) for _ in range(10))
