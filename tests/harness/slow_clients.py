# SPDX-License-Identifier: MIT
"""Hostile clients, hundreds or thousands at once. They run in a process of their own, so that they do not slow down the
good clients of a test, and each reconnects when it was disconnected."""

import contextlib
import errno
import heapq
import multiprocessing
import os
import random
import resource
import selectors
import socket
import ssl
import time
from collections import Counter
from dataclasses import dataclass, field

from .waiting import until

_FROM_ONE_ADDRESS = 1000  # below the daemon's default of max_connections_per_address
_CONNECTING_AT_ONCE = 128
_TICK = 0.05


def raise_descriptor_limit():
    """Raises the limit of descriptors as far as allowed; returns it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


@dataclass(frozen=True)
class Kind:
    """What a client does: sends `opening` at once, then one byte of `drip` every `pace` seconds, or with `flood` that
    over and over and as fast as it is taken, without ever reading. `context`: it speaks TLS first; `bare`: bytes that
    it then sends as they are, behind the opening."""
    name: str
    endpoint: tuple
    opening: bytes = b""
    drip: bytes = b""
    pace: float = 1.0
    flood: bytes = b""
    context: ssl.SSLContext | None = None
    bare: bytes = b""
    rest: float = 0.5  # approximate seconds between its end and its reconnection


@dataclass
class Report:
    held: dict = field(default_factory=dict)  # kind -> clients that are connected and have sent their opening
    ends: dict = field(default_factory=dict)  # kind -> Counter of how they ended: a status, closed, reset, refused …
    lives: dict = field(default_factory=dict)  # kind -> [(how it ended, how long it lived)]; see _Client.life
    oldest: dict = field(default_factory=dict)  # kind -> age of the oldest one that is still connected

    def ended(self, *ends):
        """The number that ended in one of these ways."""
        return sum(count for each in self.ends.values() for end, count in each.items() if end in ends)


class SlowClients:
    """`each` clients of every kind, until the block is left. With `again` they reconnect forever."""

    def __init__(self, kinds, each, again=True):
        self.total = each * len(kinds)
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(theirs, kinds, each, again), daemon=True)
        self.report = Report()

    def __enter__(self):
        self._process.start()
        return self

    def __exit__(self, *_):
        self.look("end")
        self._process.join()

    def look(self, word="report"):
        """The current state; also in `report`, which outlives the slow_clients."""
        self._pipe.send(word)
        self.report = self._pipe.recv()
        return self.report

    def wait_until(self, condition, what, deadline=60):
        """Waits until `condition` is true for a report."""
        until(lambda: condition(self.look()), lambda: f"{what}: {self.report.held} {self.report.ends}", deadline)

    def wait_until_held(self, share=1.0):
        self.wait_until(lambda report: sum(report.held.values()) >= share * self.total, f"{self.total} clients")


class _Client:
    def __init__(self, kind, source):
        self.kind = kind
        self.source = source
        self.socket = None

    def connect(self):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if self.kind.flood:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        self.socket.bind((self.source, 0))
        self.socket.connect_ex(self.kind.endpoint)
        self.left, self.bare = memoryview(self.kind.opening), memoryview(self.kind.bare)
        self.begun = None
        self.drips = 0
        self.connected = self.held = False

    def ready(self):
        """Continues as far as it can; returns how it ended, or None."""
        try:
            if not self.connected:
                error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if error:
                    return "refused" if error == errno.ECONNREFUSED else errno.errorcode[error]
                self.connected = True
                self.begun = self.progress = time.monotonic()
                if self.kind.context:
                    self.socket = self.kind.context.wrap_socket(self.socket, server_hostname="localhost",
                                                                do_handshake_on_connect=False)
            if self.kind.context and self.socket.version() is None:
                self.socket.do_handshake()
            while self.left:
                self.left = self.left[self.socket.send(self.left):]
                self.progress = time.monotonic()
            while self.bare:
                self.bare = self.bare[os.write(self.socket.fileno(), self.bare):]
                self.progress = time.monotonic()
            if self.kind.flood and self.socket.send(self.kind.flood):  # once: then the others take their turn
                self.progress = time.monotonic()
            self.held = True
            return None if self.kind.flood else self._read()
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None if self.kind.flood or not self.connected else self._read_early()
        except OSError as error:
            return type(error).__name__

    def _read_early(self):
        """A response may arrive before everything was sent."""
        try:
            return self._read()
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except OSError as error:
            return type(error).__name__

    def _read(self):
        got = self.socket.recv(4096)
        if not got:
            return "closed"
        return got.split(b" ", 2)[1].decode() if got.startswith(b"HTTP/1.1 ") else None

    def drip(self, now):
        if self.held and self.kind.drip and now >= self.progress + self.kind.pace:
            self.progress = now
            with contextlib.suppress(OSError):  # the selector reports its end
                at = self.drips % len(self.kind.drip)
                self.drips += self.socket.send(self.kind.drip[at:at + 1])

    def life(self, now):
        """Time since it was connected; for a flood, since any of its bytes were read."""
        return now - (self.progress if self.kind.flood else self.begun)


class _Gathering:
    """The slow_clients, in its own process."""

    def __init__(self, kinds, each, again):
        raise_descriptor_limit()
        self.again = again
        self.selector = selectors.EpollSelector()
        clients = [(kind, number) for number in range(each) for kind in kinds]
        self.waiting = [(0.0, place, _Client(kind, f"127.1.0.{place // _FROM_ONE_ADDRESS + 1}"))
                        for place, (kind, _) in enumerate(clients)]  # a heap, by time of connection
        self.comings = len(clients)
        self.next_drips = 0.0
        self.open = set()
        self.connecting = set()
        self.ends = {kind.name: Counter() for kind in kinds}
        self.lives = {kind.name: [] for kind in kinds}

    def turn(self):
        now = time.monotonic()
        while self.waiting and self.waiting[0][0] <= now and len(self.connecting) < _CONNECTING_AT_ONCE:
            *_, client = heapq.heappop(self.waiting)
            client.connect()
            self.open.add(client)
            self.connecting.add(client)
            self.selector.register(client.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, client)
        for key, _ in self.selector.select(_TICK):
            if key.data is not None:
                self._serve(key.data, key.fd)
        if now >= self.next_drips:
            self.next_drips = now + _TICK
            for client in self.open:
                client.drip(now)

    def _serve(self, client, descriptor):
        end = client.ready()
        if client.connected:
            self.connecting.discard(client)
        if end is None:
            reading = selectors.EVENT_READ
            writing = selectors.EVENT_WRITE
            wanted = writing if client.kind.flood else reading if client.held else reading | writing
            self.selector.modify(descriptor, wanted, client)
            return
        now = time.monotonic()
        self.selector.unregister(descriptor)
        client.socket.close()
        self.open.discard(client)
        self.connecting.discard(client)
        self.ends[client.kind.name][end] += 1
        if client.connected:
            self.lives[client.kind.name].append((end, client.life(now)))
        if self.again:
            self.comings += 1
            coming = now + client.kind.rest * random.uniform(0.5, 1.5)
            heapq.heappush(self.waiting, (coming, self.comings, client))

    def report(self):
        held = Counter({name: 0 for name in self.ends})
        held.update(client.kind.name for client in self.open if client.held)
        now = time.monotonic()
        oldest = {name: 0.0 for name in self.ends}
        for client in self.open - self.connecting:
            oldest[client.kind.name] = max(oldest[client.kind.name], client.life(now))
        return Report(dict(held), self.ends, self.lives, oldest)


def _run(pipe, kinds, each, again):
    gathering = _Gathering(kinds, each, again)
    gathering.selector.register(pipe, selectors.EVENT_READ, None)
    word = ""
    while word != "end":
        gathering.turn()
        while pipe.poll():
            word = pipe.recv()
            pipe.send(gathering.report())
