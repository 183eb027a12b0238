# SPDX-License-Identifier: MIT
"""Hooks for exec sinks, and the state of sinks in the journal of a stopped daemon."""

import contextlib
import sqlite3
from pathlib import Path

QUICK = {"attempts": 10000, "first": "20ms", "max": "100ms"}


def write_hook(directory, lines, name="hook"):
    """Writes an executable /bin/sh script to `directory`, in which $here is that directory; returns its path."""
    path = Path(directory) / name
    path.write_text(f"#!/bin/sh\nhere='{directory}'\n{lines}\n")
    path.chmod(0o755)
    return path


def exec_sink(path, name="hook", retry=None, **keys):
    return {"name": name, "type": "exec", "command": [path], "retry": {**QUICK, **(retry or {})}, **keys}


def file_sink(path, name="events", **keys):
    return {"name": name, "type": "file", "path": path, **keys}


def lines_of(path):
    """The complete lines of a text file; none if there is no file."""
    path = Path(path)
    return path.read_text().split("\n")[:-1] if path.exists() else []


def sink_rows(journal):
    """{sink: cursor} and {(sink, id): (attempts, dead, detail)} of the journal of a stopped daemon."""
    with contextlib.closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as opened:
        cursors = dict(opened.execute("SELECT name, cursor FROM sink"))
        failures = {(sink, id): rest for sink, id, *rest in opened.execute(
            "SELECT sink.name, event.id, attempts, state, detail FROM delivery "
            "JOIN sink ON sink.number = delivery.sink JOIN event ON event.sequence = delivery.sequence "
            "WHERE state < 2")}
    return cursors, failures


def process_is_gone(pid):
    """Also true for a process that has ended and was not reaped yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"
