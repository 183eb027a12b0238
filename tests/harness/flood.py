# SPDX-License-Identifier: MIT
"""Floods: one connection that always sends more bytes than its server processes. See tests/faults/flood.cpp."""

import re
import subprocess
from pathlib import Path

from .daemon import binary

PLAIN = ("pipelined", "chunk-extensions", "tiny-chunks", "lingering")
OVER_TLS = (*(f"tls-{kind}" for kind in PLAIN), "tls-tiny-records", "tls-key-updates", "tls-client-hellos")
WITHOUT_DATA = ("tls-key-updates", "tls-client-hellos")


class Flood:
    """A flood of one kind against a listener, until the block is left or `seconds` have passed."""

    def __init__(self, kind, listener, seconds):
        host, port = listener.endpoint
        program = Path(binary()).parent / "tests" / "hookd_flood"
        assert program.exists()
        self._command = [program, kind, host, str(port), str(seconds)]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def lasts(self):
        return self._process.poll() is None

    def report(self):
        """After its end: number of connections, how long the longest was open, megabytes sent."""
        said, _ = self._process.communicate()
        found = re.fullmatch(r"connections=(\d+) longest=([0-9.]+) megabytes=([0-9.]+)\n", said)
        assert found and self._process.returncode == 0, f"flood ended with {self._process.returncode}: {said}"
        return int(found[1]), float(found[2]), float(found[3])
