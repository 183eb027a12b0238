# SPDX-License-Identifier: MIT
"""Threads that run during a block of a test."""

import threading


class Threads:
    """One for each of `targets`, until the block is left: then `_ending` is set, and all are joined."""

    def __init__(self, targets):
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=each) for each in targets]

    def __enter__(self):
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        for each in self._threads:
            each.join()
