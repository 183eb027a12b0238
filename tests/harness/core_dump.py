# SPDX-License-Identifier: MIT
"""What a core dump of a process would contain: its memory, except for what it has excluded."""

import re
from pathlib import Path

import pytest

_MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S+) .*$")
_LARGEST = 1 << 30  # a sanitizer's shadow memory is larger, and also excluded from dumps


def memory(process):
    """(whether a dump contains it, the bytes) of each readable mapping: those with MADV_DONTDUMP are excluded."""
    begin = end = 0
    try:
        with open(f"/proc/{process.pid}/mem", "rb", buffering=0) as whole:
            for line in Path(f"/proc/{process.pid}/smaps").read_text().splitlines():
                if mapping := _MAPPING.match(line):
                    begin, end = (int(mapping[number], 16) for number in (1, 2))
                    readable = mapping[3].startswith("r")
                elif line.startswith("VmFlags:") and readable and end - begin < _LARGEST:
                    yield "dd" not in line.split(), _piece(whole, begin, end)
    except PermissionError as refused:
        pytest.skip(f"needs to read a child's memory: {refused}")


def _piece(whole, begin, end):
    try:
        whole.seek(begin)
        return whole.read(end - begin)
    except (OSError, OverflowError, ValueError):
        return b""  # the kernel's own pages
