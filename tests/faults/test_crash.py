# SPDX-License-Identifier: MIT
"""Guarantee 1: a 2xx means synced to disk. The daemon is killed under load again and again; whatever it
acknowledged is in the journal once and reaches every sink.

HOOKD_CRASH_ROUNDS sets the number of kills, HOOKD_CRASH_RUN the most answers between two of them, HOOKD_CRASH_SEED
repeats a run's choices.
"""

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import time

import pytest

from harness import until
from harness.invariants import SinkOutput, check, check_journal, read_journal
from harness.load import Load, Sender, wait_a_random_moment

ROUNDS = int(os.environ.get("HOOKD_CRASH_ROUNDS", "100"))
SEED = int(os.environ.get("HOOKD_CRASH_SEED", time.time_ns() % 1_000_000))
LONGEST_RUN = int(os.environ.get("HOOKD_CRASH_RUN", "12"))  # answers between two kills
DRAIN_DEADLINE = max(120, ROUNDS)


class Sinks:
    """One sink of each kind, and what came out of them. Standard output goes into a FIFO that outlives the
    daemon, as a service manager's pipe does."""

    def __init__(self, directory):
        self.directory = directory
        self.fifo = directory / "stdout.fifo"
        os.mkfifo(self.fifo)
        self._keep_open = os.open(self.fifo, os.O_RDWR)
        with open(directory / "stdout.jsonl", "ab") as collected:
            self._collector = subprocess.Popen(["cat"], stdin=self._keep_open, stdout=collected)

    def close(self):
        self._collector.kill()
        self._collector.wait()
        os.close(self._keep_open)

    def settings(self):
        hook = ["/bin/dd", "bs=64K", "iflag=fullblock", f"of={self.directory}/exec.jsonl", "oflag=append",
                "conv=notrunc", "status=none"]
        return [
            {"name": "file", "type": "file", "path": self.directory / "file.jsonl"},
            {"name": "queue", "type": "queue", "path": self.directory / "queue"},
            {"name": "exec", "type": "exec", "command": hook, "concurrency": 4},
            {"name": "stdout", "type": "stdout"},
        ]

    def wrapper(self):
        return ["/bin/sh", "-c", f'exec "$@" > {self.fifo}', "sh"]

    def outputs(self):
        new = self.directory / "queue" / "new"
        names = sorted(os.listdir(new), key=lambda name: int(name.partition("-")[0]))
        return {
            "file": SinkOutput().add(self._lines("file.jsonl")),
            "queue": SinkOutput().add((new / name).read_bytes() for name in names),
            "exec": SinkOutput(ordered=False).add(self._lines("exec.jsonl")),
            "stdout": SinkOutput().add(self._lines("stdout.jsonl")),
        }

    def _lines(self, name):
        path = self.directory / name
        return path.read_bytes().split(b"\n") if path.exists() else []


@pytest.fixture
def sinks(tmp_path):
    made = Sinks(tmp_path)
    yield made
    made.close()


@pytest.fixture
def crashing_daemon(make_daemon, sinks):
    return make_daemon(sinks=sinks.settings(), wrapper=sinks.wrapper(), log={"level": "info"})


def cursors(path):
    """How far each sink has come: (cursor, events waiting or dead), of a journal that no daemon holds."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
        return {name: (cursor, failures) for name, cursor, failures in journal.execute(
            "SELECT name, cursor, (SELECT count(*) FROM delivery WHERE delivery.sink = sink.number AND state < 2) FROM sink")}


def crash(daemon, sender, generator):
    """A run under load that ends with kill -9, at any moment."""
    daemon.start()
    with Load(sender, daemon.listeners) as load:
        load.wait_for(generator.randint(1, LONGEST_RUN))
        wait_a_random_moment(generator, 0.005)
        daemon.kill()


def drain(daemon, sinks, sender):
    """A last run, in which the sender repeats what was never answered, until every sink has everything."""
    daemon.start()
    with Load(sender, daemon.listeners) as load:
        load.wait_for(20)
        load.wait_for_retries()
    assert sender.unanswered() == []
    wanted = sender.acknowledged

    def missing():
        return {name: len(wanted - {id for _, id, _ in output.events})
                for name, output in sinks.outputs().items()}

    until(lambda: not any(missing().values()), lambda: f"what the sinks miss: {missing()}", DRAIN_DEADLINE)
    daemon.stop()


def test_what_was_acknowledged_before_a_kill_is_in_the_journal_once_and_in_every_sink(crashing_daemon, sinks,
                                                                                      capsys):
    generator = random.Random(SEED)
    sender = Sender(crashing_daemon.secret, SEED)
    begin = time.monotonic()
    for _ in range(ROUNDS):
        crash(crashing_daemon, sender, generator)
    drain(crashing_daemon, sinks, sender)

    rows, outputs = read_journal(crashing_daemon.journal_path), sinks.outputs()
    errors = check(rows, sender, outputs)
    lost = sender.acknowledged - {id for _, _, id in rows}
    redelivered = {name: len(each.events) - len(rows) for name, each in outputs.items()}
    with capsys.disabled():
        print(f"\ncrash: seed={SEED} rounds={ROUNDS} requests={sender.requests} repeated={sender.repeated} "
              f"acknowledged={len(sender.acknowledged)} lost={len(lost)} events={len(rows)} "
              f"redelivered={redelivered} seconds={time.monotonic() - begin:.1f}")
    assert errors == []
    assert sender.repeated > 0
    assert cursors(crashing_daemon.journal_path) == {name: (len(rows), 0) for name in outputs}
    # A kill can cut a line short in a file; the next one begins on a line of its own.
    assert outputs["file"].torn <= ROUNDS
    assert all(outputs[name].torn == 0 for name in ("queue", "exec", "stdout"))


def test_answers_that_go_before_the_commit_are_found_out(make_daemon):
    daemon = make_daemon(environment={"HOOKD_FAILPOINT": "answer_before_commit"}, log={"level": "info"})
    generator, sender = random.Random(SEED), Sender(daemon.secret, SEED)
    for _ in range(100):
        crash(daemon, sender, generator)
        errors = check_journal(read_journal(daemon.journal_path), sender.acknowledged, sender.bodies.keys())
        if any("was acknowledged and is not there" in error for error in errors):
            return
    pytest.fail("100 kills, and nothing was lost")


@pytest.fixture
def delivered(make_daemon, sinks):
    """A small run without a crash: the journal's path, the sender and the sinks' outputs."""
    daemon = make_daemon(sinks=sinks.settings(), wrapper=sinks.wrapper())
    sender = Sender(daemon.secret, SEED)
    drain(daemon, sinks, sender)
    return daemon.journal_path, sender, sinks.outputs()


def test_the_checker_is_content_with_a_run_that_lost_nothing(delivered):
    path, sender, outputs = delivered
    assert check(read_journal(path), sender, outputs) == []


def test_the_checker_sees_an_acknowledged_event_that_is_missing_in_the_journal(delivered, tmp_path):
    path, sender, outputs = delivered
    without = shutil.copy(path, tmp_path / "without.db")
    victim = min(sender.acknowledged)
    with contextlib.closing(sqlite3.connect(without)) as journal, journal:
        journal.execute("DELETE FROM event WHERE id = ?", [victim])
    errors = check(read_journal(without), sender, outputs)
    assert f"journal: {victim} was acknowledged and is not there" in errors


def test_the_checker_sees_a_message_that_became_two_events(delivered):
    path, sender, outputs = delivered
    rows = read_journal(path)
    rows.append((len(rows) + 1, *rows[0][1:]))
    assert any("is 2 events" in error for error in check(rows, sender, outputs))


@pytest.mark.parametrize("name", ["file", "queue", "exec", "stdout"])
def test_the_checker_sees_an_event_that_one_sink_never_got(delivered, name):
    path, sender, outputs = delivered
    _, victim, _ = outputs[name].events[0]
    outputs[name].events = [each for each in outputs[name].events if each[1] != victim]
    assert check(read_journal(path), sender, outputs) == [f"{name}: {victim} never came"]


def test_the_checker_sees_another_sequence_other_data_and_a_wrong_order(delivered):
    path, sender, outputs = delivered
    rows = read_journal(path)
    sequence, id, data = outputs["file"].events[0]
    outputs["file"].events.append((sequence + 1, id, data))
    assert any(f"file: {id} has sequence {sequence + 1}" in error for error in check(rows, sender, outputs))
    outputs["file"].events[-1] = (sequence, id, {})
    assert f"file: {id} came with other data" in check(rows, sender, outputs)
    outputs["file"].events[-1] = (sequence, id, data)
    outputs["file"].events.insert(0, (sequence + 1, "msg_other", {}))
    assert "file: first deliveries are out of order" in check(rows, sender, outputs)
