# SPDX-License-Identifier: MIT
"""The results of a campaign, and the guarantees that they break: the journal's rows, the sinks' outputs, and the
responses to the sender."""

import collections
import contextlib
import json
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .waiting import until


@dataclass
class SinkOutput:
    """A sink's output: (sequence, id, data) of each line, and incomplete lines."""
    events: list = field(default_factory=list)
    torn: int = 0
    ordered: bool = True  # first deliveries are in the journal's order

    def add(self, lines):
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                self.torn += 1 if line else 0
                continue
            self.events.append((int(event["sequence"]), event["id"], event["data"]))
        return self


def read_journal(path):
    """(sequence, endpoint, id) of every event in the journal of a stopped daemon: of a copy with its write-ahead log,
    so that reading it changes nothing."""
    with tempfile.TemporaryDirectory() as beside:
        copy = Path(beside) / "journal.db"
        for suffix in ("", "-wal"):
            if Path(f"{path}{suffix}").exists():
                shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
        with contextlib.closing(sqlite3.connect(copy)) as journal:
            assert journal.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if not journal.execute("SELECT 1 FROM sqlite_schema WHERE name = 'event'").fetchall():
                return []  # a start that died early
            return journal.execute("SELECT event.sequence, endpoint.name, event.id FROM event JOIN endpoint "
                                   "ON endpoint.number = event.endpoint ORDER BY event.sequence").fetchall()


def check_journal(rows, acknowledged, sent):
    errors = []
    copies = collections.Counter((endpoint, id) for _, endpoint, id in rows)
    errors += [f"journal: {id} is {count} events" for (_, id), count in copies.items() if count > 1]
    ids = {id for _, _, id in rows}
    errors += [f"journal: {id} was acknowledged and is not there" for id in acknowledged - ids]
    errors += [f"journal: {id} was never sent" for id in ids - sent]
    if [sequence for sequence, _, _ in rows] != list(range(1, len(rows) + 1)):
        errors.append("journal: the sequence does not rise by one")
    return errors


def check_sink(name, output, rows, bodies):
    sequences = {id: sequence for sequence, _, id in rows}
    errors = [f"{name}: {id} has sequence {sequence} and in the journal {sequences.get(id)}"
              for sequence, id, _ in output.events if sequences.get(id) != sequence]
    errors += [f"{name}: {id} came with other data" for _, id, data in output.events
               if id in bodies and data != json.loads(bodies[id])]
    errors += [f"{name}: {id} never came" for id in sequences.keys() - {id for _, id, _ in output.events}]
    if output.ordered:
        firsts = list(dict.fromkeys(sequence for sequence, _, _ in output.events))
        if firsts != sorted(firsts):
            errors.append(f"{name}: first deliveries are out of order")
    return errors


def check(rows, sender, outputs):
    """Every violation of the guarantees, as a list of sentences."""
    errors = list(sender.errors) + check_journal(rows, sender.acknowledged, sender.bodies.keys())
    for name, output in outputs.items():
        errors += check_sink(name, output, rows, sender.bodies)
    return errors


def wait_for_sink(daemon, ids):
    """Waits until the daemon's file sink has every id; returns its events. A kill may have left incomplete lines."""
    def output():
        return SinkOutput().add(daemon.sink_path.read_bytes().split(b"\n") if daemon.sink_path.exists() else [])

    until(lambda: set(ids) <= {id for _, id, _ in output().events}, f"{len(ids)} events in the sink", 120)
    return output()
