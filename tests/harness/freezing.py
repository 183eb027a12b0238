# SPDX-License-Identifier: MIT
"""Stops threads while the others of their process continue."""

import contextlib
import ctypes
import os
from pathlib import Path

import pytest

_DETACH, _SEIZE, _INTERRUPT = 17, 0x4206, 0x4207  # ptrace(2)
_WALL = 0x40000000  # waitpid(2), __WALL: threads too


@contextlib.contextmanager
def frozen(process, thread_name):
    """Stops every thread of the process that has this name, until the block is left."""
    libc = ctypes.CDLL(None, use_errno=True)

    def trace(request, thread):
        if libc.ptrace(request, thread, None, None) != 0:
            pytest.skip(f"needs to trace a child: {os.strerror(ctypes.get_errno())}")

    def name(thread):
        with contextlib.suppress(FileNotFoundError):  # it has ended
            return (thread / "comm").read_text().strip()

    threads = [int(each.name) for each in Path(f"/proc/{process.pid}/task").iterdir() if name(each) == thread_name]
    assert threads, f"no thread {thread_name}"
    for thread in threads:
        trace(_SEIZE, thread)
        trace(_INTERRUPT, thread)
        os.waitpid(thread, _WALL)
    yield
    for thread in threads:
        trace(_DETACH, thread)
