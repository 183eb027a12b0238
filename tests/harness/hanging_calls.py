# SPDX-License-Identifier: MIT
"""System calls of a daemon that hang as long as a test wants, and threads that cannot be created: see
tests/faults/hanging_calls.cpp."""

import contextlib
import mmap
import struct
from pathlib import Path

from .daemon import binary
from .waiting import until

_PAGE = 4096


class HangingCalls:
    """The daemon's calls; create it before the daemon starts."""

    def __init__(self, daemon):
        path = daemon.directory / "hanging-calls"
        path.write_bytes(bytes(2 * _PAGE))
        library = Path(binary()).parent / "tests" / "libhookd_hanging_calls.so"
        assert library.exists()
        daemon.environment |= {"LD_PRELOAD": str(library), "HOOKD_HANGING_CALLS": str(path)}
        with path.open("r+b") as file:
            self._pages = mmap.mmap(file.fileno(), 2 * _PAGE)
        self._rules = []

    def add(self, *rules):
        """`write events.jsonl`, `thread 3`, …"""
        self._set([*self._rules, *rules])

    def remove(self, *rules):
        self._set([each for each in self._rules if each not in rules])

    @contextlib.contextmanager
    def __call__(self, *rules):
        self.add(*rules)
        yield
        self.remove(*rules)

    def number(self):
        """The calls that hang now."""
        return struct.unpack_from("=I", self._pages, _PAGE)[0]

    def wait_for(self, number=1):
        until(lambda: self.number() >= number, lambda: f"{number} calls to hang: {self.number()}")

    def _set(self, rules):
        self._rules = rules
        text = "\n".join(rules).encode()
        self._pages[:_PAGE] = text.ljust(_PAGE, b"\0")
