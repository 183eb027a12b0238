# SPDX-License-Identifier: MIT
"""A sender under load: many concurrent keep-alive connections, retries as the real sender does them, and a record of
what was acknowledged: the ids whose 204 was read completely."""

import random
import threading
import time
from functools import partial

from .client import Connection
from .events import success_event
from .signing import message_id, post, signature_headers
from .threads import Threads
from .waiting import until

_GOOD = b"HTTP/1.1 204 "
_BUSY = b"HTTP/1.1 503 "


class Sender:
    """A sender's state across restarts of the daemon. `acknowledged` may be read at any time; the rest between two
    loads. Its events have the additional `fields`."""

    def __init__(self, secret, seed, **fields):
        self.secret = secret
        self.fields = fields
        self.bodies = {}  # id -> the body sent with it
        self._ids = []
        self.acknowledged = set()
        self.requests = 0
        self.repeated = 0
        self.refused = 0
        self.errors = []
        self._lock = threading.Lock()
        self._random = random.Random(seed)

    def unanswered(self):
        """Ids that were sent and never acknowledged: a sender retries them."""
        return sorted(self.bodies.keys() - self.acknowledged)

    def request(self, id):
        return post(self.bodies[id], signature_headers(self.secret, self.bodies[id], id))

    def note_answer(self, id, answer):
        with self._lock:
            self.requests += 1
            if answer.startswith(_GOOD):
                self.acknowledged.add(id)
            elif answer.startswith(_BUSY):
                self.refused += 1
            elif answer:
                self.errors.append(f"{id}: {answer!r}")

    def choose(self, retries):
        """The id to send next: one to retry, sometimes a copy of an earlier one, mostly a new one."""
        with self._lock:
            if retries and self._random.random() < 0.5:
                self.repeated += 1
                return retries.pop()
            if self._ids and self._random.random() < 0.1:
                self.repeated += 1
                return self._earlier()
            return self.fresh()

    def fresh(self):
        """An id that was never sent, and its body."""
        id = message_id()
        self.bodies[id] = success_event(name=f"{id}.pdf", **self.fields)
        self._ids.append(id)
        return id

    def _earlier(self):
        """A recent one is often in flight at the same time as its copy; an old one meets another run of the daemon."""
        recent = self._random.random() < 0.5
        return self._random.choice(self._ids[-32:] if recent else self._ids)


class Load(Threads):
    """Sends on each of `connections`, one thread per connection, until the daemon breaks the connections or the block
    is left. The connections go to `listeners` in turn."""

    def __init__(self, sender, listeners, connections=8):
        self.sender = sender
        self.answers = 0
        self._retries = sender.unanswered()
        super().__init__(partial(self._run, listeners[number % len(listeners)]) for number in range(connections))

    def wait_for(self, answers):
        """Waits until `answers` requests of this load have a response."""
        until(lambda: self.answers >= answers, lambda: f"{answers} answers; got {self.answers}")

    def wait_for_retries(self):
        """Waits until everything without a response at the beginning is sent again; the responses have arrived when the
        block is left."""
        until(lambda: not self._retries, lambda: f"{len(self._retries)} ids to be sent again")

    def _run(self, listener):
        try:
            with Connection(listener) as connection:
                while not self._ending.is_set():
                    id = self.sender.choose(self._retries)
                    answer = _exchange(connection.socket, self.sender.request(id))
                    self.sender.note_answer(id, answer)
                    if not answer:
                        return
                    with self._lock:
                        self.answers += 1
        except OSError:
            return  # the daemon was killed while connecting, in a handshake or in closing


def _exchange(socket, request):
    """The complete response; empty if it is incomplete."""
    try:
        socket.sendall(request)
        answer = b""
        while not _whole(answer):
            got = socket.recv(4096)
            if not got:
                return b""
            answer += got
        return answer
    except OSError:
        return b""


def _whole(answer):
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
    return len(body) >= int(length or 0)


def wait_a_random_moment(generator, longest):
    """Waits a random time, so that what follows hits the daemon at any point."""
    time.sleep(generator.uniform(0, longest))
