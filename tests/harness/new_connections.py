# SPDX-License-Identifier: MIT
"""Senders that use a new connection for each request, and continue while the daemon restarts."""

import socket
from collections import Counter

from .events import success_event
from .signing import message_id, post, signature_headers
from .threads import Threads

_SENDERS = 6
_PATIENCE = 30


class NewConnections(Threads):
    """They send from entering until the block is left. `ends`: how many requests had which end, a status or what came
    instead of an answer; `acknowledged`: the ids answered with 204. `told` is called with each end. With `context` they
    speak TLS."""

    def __init__(self, endpoint, secret, context=None, told=lambda end: None):
        self.ends = Counter()
        self.acknowledged = []
        self._endpoint, self._secret, self._context, self._told = endpoint, secret, context, told
        super().__init__([self._send] * _SENDERS)

    def _send(self):
        while not self._ending.is_set():
            id, body = message_id(), success_event()
            end = self._exchange(post(body, signature_headers(self._secret, body, id), extra=["Connection: close"]))
            with self._lock:
                self.ends[end] += 1
                self._told(end)
                if end == "204":
                    self.acknowledged.append(id)

    def _exchange(self, request):
        try:
            with socket.create_connection(self._endpoint, _PATIENCE) as plain:
                if not self._context:
                    return _answer(plain, request)
                with self._context.wrap_socket(plain, server_hostname="localhost") as secure:
                    return _answer(secure, request)
        except ConnectionRefusedError:
            return "refused"
        except ConnectionResetError:
            return "reset"
        except OSError as error:
            return f"{type(error).__name__}: {error}"


def _answer(connection, request):
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        got = connection.recv(4096)
        if not got:
            return "closed without an answer"
        answer += got
    return answer.split(b" ")[1].decode()
