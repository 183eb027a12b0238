# SPDX-License-Identifier: MIT
"""The resident memory of a process, measured over time."""

import os
import re
from functools import cache
from pathlib import Path

from .daemon import binary
from .threads import Threads

MIB = 1 << 20


def resident(process):
    """Its resident bytes now; 0 once it has ended."""
    try:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    except ProcessLookupError:
        found = None
    return int(found[1]) << 10 if found else 0


@cache
def sanitizer():
    """`asan` or `tsan`: the daemon's build uses shadow memory, and is several times slower. Or None."""
    found = re.search(rb"__([at]san)_init", Path(binary()).read_bytes())
    return found[1].decode() if found else None


def short_quarantine():
    """For a daemon's environment: makes AddressSanitizer keep little freed memory."""
    return {"ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}


class Watch(Threads):
    """Measures every 20 ms until the block is left."""

    def __init__(self, process):
        self._process = process
        super().__init__([self._look])
        self._peak = 0

    def _look(self):
        while not self._ending.wait(0.02):
            self._peak = max(self._peak, resident(self._process))

    def peak(self):
        return self._peak
