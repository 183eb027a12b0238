# SPDX-License-Identifier: MIT
"""Threads that work beside a test for the length of a block."""

import threading


class Threads:
    """One for each of `targets`, from entering until the block is left: then `_ending` is set, and all are waited for."""

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
