# SPDX-License-Identifier: MIT
"""An HTTP server that http sinks deliver to, which responds, or misbehaves, as a test says."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from .admin import status
from .events import success_event
from .hooks import QUICK, sink_rows
from .signing import message_id
from .waiting import until


@dataclass
class Request:
    connection: int  # counted from 0
    method: str
    target: str
    fields: dict  # lower-case names
    body: bytes
    tries: int = 1  # of this id, this one included
    at: float = field(default_factory=time.monotonic)

    @property
    def id(self):
        return self.fields["idempotency-key"]


def reset(peer):
    """As a response: the connection breaks."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang(peer):
    """As a response: nothing, until the client gives up."""
    with contextlib.suppress(OSError):
        while peer.recv(65536):
            pass


def trickle(peer, begin=b"HTTP/1.1 200 OK\r\nX-Slow: "):
    """As a response: a header that never ends."""
    with contextlib.suppress(OSError):
        peer.sendall(begin)
        while True:
            peer.sendall(b".")
            time.sleep(0.02)  # the speed of the response, not a wait


def trickle_body(peer):
    trickle(peer, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")


class Receiver:
    """Listens on 127.0.0.1 while it is entered. `answer` gets each Request on its connection's thread and returns a
    status, (status, field lines), the bytes to send before closing, or a function that is given the socket before it
    is closed. `context`: speaks TLS by it."""

    def __init__(self, answer=lambda request: 204, context=None, port=0):
        self.answer = answer
        self.context = context
        self.port = port
        self.requests = []
        self.connections = 0
        self.most_at_once = 0
        self._under_way = 0
        self._tries = Counter()
        self._lock = threading.Lock()
        self._peers = set()
        self._listening = None

    @property
    def url(self):
        return f"http{'s' if self.context else ''}://127.0.0.1:{self.port}/events?from=hookd"

    def ids(self):
        return [request.id for request in self.requests]

    def first_tries(self):
        return [request.id for request in self.requests if request.tries == 1]

    def wait_for(self, ids):
        """Waits until every id was received at least once."""
        until(lambda: set(ids) <= set(self.ids()), lambda: f"{set(ids) - set(self.ids())} at the receiver")

    def __enter__(self):
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._lock:
            for peer in self._peers:
                with contextlib.suppress(OSError):
                    peer.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening):
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(peer, self.connections), daemon=True).start()
            self.connections += 1

    def _serve(self, peer, number):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            if self.context:
                peer = self.context.wrap_socket(peer, server_side=True)
            stack.enter_context(peer)
            with self._lock:
                self._peers.add(peer)
            try:
                reading = peer.makefile("rb")
                while self._exchange(peer, reading, number):
                    pass
            finally:
                with self._lock:
                    self._peers.discard(peer)

    def _exchange(self, peer, reading, number):
        """One request and its response; whether the connection is kept."""
        words = reading.readline().split()
        if len(words) != 3:
            return False
        fields = {}
        while line := reading.readline().strip():
            name, _, value = line.decode().partition(":")
            assert name.lower() not in fields
            fields[name.lower()] = value.strip()
        request = Request(number, words[0].decode(), words[1].decode(), fields,
                          reading.read(int(fields["content-length"])))
        with self._lock:
            self._tries[request.id] += 1
            request.tries = self._tries[request.id]
            self.requests.append(request)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            answer = self.answer(request)
        finally:
            with self._lock:
                self._under_way -= 1
        if callable(answer):
            answer(peer)
            return False
        if isinstance(answer, bytes):
            peer.sendall(answer)
            return False
        status, lines = answer if isinstance(answer, tuple) else (answer, [])
        length = [] if status == 204 else ["Content-Length: 0"]
        peer.sendall("\r\n".join([f"HTTP/1.1 {status} Said", *lines, *length, "", ""]).encode())
        return True


def server_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def http_sink(url, name="app", retry=None, **keys):
    return {"name": name, "type": "http", "url": url, "retry": {**QUICK, **(retry or {})}, **keys}


def settled(daemon, dead=0):
    """Waits until the sink `app` has nothing left but the given number of dead letters, and stops the daemon; returns
    its journal's failure rows."""
    def rested():
        app = next(each for each in status(daemon)["sinks"] if each["name"] == "app")
        return (app["lag_events"], app["in_flight"], app["waiting"], app["dead_letters"]) == (0, 0, 0, dead)

    until(rested, lambda: f"the sink to rest: {status(daemon)['sinks']}\n{daemon.log()[-3000:]}")
    daemon.stop()
    return sink_rows(daemon.journal_path)[1]


def wait_until_delivered(daemon, count):
    """Waits for the responses, too, not only for the requests."""
    until(lambda: [each["delivered"] for each in status(daemon)["sinks"] if each["name"] == "app"] == [count],
          lambda: f"{count} answers at the sink: {status(daemon)['sinks']}")


def send(daemon, body=None, **keys):
    """An authentic request, which must get 204; returns its id."""
    id = message_id()
    assert daemon.send(success_event() if body is None else body, id, **keys).status == 204
    return id


def reload(daemon):
    since = len(daemon.log())
    daemon.write_configuration()
    daemon.signal(1)
    daemon.wait_for_log(r"(?m)^\S+ \w+ reloaded\b", since)
