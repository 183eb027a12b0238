# SPDX-License-Identifier: MIT
"""A good client that measures response times."""

import time

from .client import Connection
from .events import success_event


class GoodClient:
    """Sends one request after another, every second one on a kept connection, the others on new ones. `request` creates
    one; by default they are authentic events for the daemon."""

    def __init__(self, daemon, listener, request=None):
        self._listener = listener
        self._request = request or (lambda: daemon.request(success_event()))
        self._sent = 0
        self._kept = Connection(listener)
        self.statuses = set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._kept.close()

    def timed(self):
        """Sends one; returns the seconds until its response."""
        self._sent += 1
        on_new = self._sent % 2 == 0
        request = self._request()
        begin = time.monotonic()
        connection = Connection(self._listener) if on_new else self._kept
        connection.send(request)
        answer = connection.response()
        spent = time.monotonic() - begin
        self.statuses.add(answer.status if answer else None)
        if on_new:
            connection.close()
        return spent
