# SPDX-License-Identifier: MIT
"""Guarantee 3: a full disk refuses, then recovers by itself. The journal has a file system of 16 MiB of its own, which is
filled to the last byte and freed again while a sender goes on.

HOOKD_FULL_DISK_ROUNDS sets how often.
"""

import os
import subprocess
import time

import pytest

from harness import Connection
from harness.invariants import check, check_journal, read_journal, wait_for_sink
from harness.load import Sender

ROUNDS = int(os.environ.get("HOOKD_FULL_DISK_ROUNDS", "5"))
RECOVERED_WITHIN = 5.0
REFUSALS = 20  # of fresh events in a row: it stays refused


@pytest.fixture
def disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", place], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"needs to mount a tmpfs: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk):
    """Whatever is left of it."""
    with open(disk / "ballast", "ab", buffering=0) as ballast:
        try:
            while ballast.write(b"b" * 65536):
                pass
        except OSError:
            pass


class FullDisk:
    def __init__(self, daemon, disk):
        self.daemon = daemon
        self.disk = disk
        self.sender = Sender(daemon.secret, 1)
        self.slowest = 0.0

    def send(self, connection, id=None):
        id = id or self.sender.fresh()
        connection.send(self.sender.request(id))
        answer = connection.response()
        self.sender.note_answer(id, answer.head)
        if answer.status == 503:
            assert int(answer.fields["retry-after"]) > 0
        return answer.status

    def round(self, most_tries=20_000):
        with Connection(self.daemon.http) as connection:
            self.send(connection)
            fill(self.disk)
            in_a_row = 0
            # What the log and the file have in reserve is used up first.
            for _ in range(most_tries):
                in_a_row = in_a_row + 1 if self.send(connection) == 503 else 0
                fill(self.disk)
                if in_a_row == REFUSALS:
                    break
            assert in_a_row == REFUSALS, "a full disk refuses nothing"
            assert self.send(connection, min(self.sender.acknowledged)) == 204, "what is stored is a duplicate still"
            (self.disk / "ballast").unlink()
            freed = time.monotonic()
            while self.send(connection) != 204:
                assert time.monotonic() - freed < RECOVERED_WITHIN, "space is back, and nothing is accepted"
            self.slowest = max(self.slowest, time.monotonic() - freed)

    def finish(self):
        """On a larger disk the sender repeats what was refused; every breach of the promise."""
        subprocess.run(["mount", "-o", "remount,size=128m", self.disk], check=True)
        with Connection(self.daemon.http) as connection:
            for id in self.sender.unanswered():
                self.send(connection, id)
        assert self.sender.unanswered() == []
        output = wait_for_sink(self.daemon, self.sender.acknowledged)
        self.daemon.stop()
        return check(read_journal(self.daemon.journal_path), self.sender, {"events": output})


@pytest.fixture
def make_full_disk(make_daemon, disk):
    def make(**environment):
        daemon = make_daemon(certificates=None, journal={"path": disk / "journal.db"}, log={"level": "info"},
                             environment=environment)
        daemon.journal_path = disk / "journal.db"
        return FullDisk(daemon.start(), disk)
    return make


def test_a_full_disk_refuses_and_once_it_has_space_accepts_again(make_full_disk, capsys):
    begin, full = time.monotonic(), make_full_disk()
    for _ in range(ROUNDS):
        full.round()
    refused = full.sender.refused
    assert full.finish() == []
    with capsys.disabled():
        print(f"\nfull disk: rounds={ROUNDS} requests={full.sender.requests} refused={refused} "
              f"acknowledged={len(full.sender.acknowledged)} lost=0 slowest_recovery={full.slowest:.3f}s "
              f"seconds={time.monotonic() - begin:.1f}")
    assert refused >= ROUNDS * REFUSALS


def test_a_full_disk_that_is_answered_as_if_it_were_not_is_found_out(make_full_disk):
    full = make_full_disk(HOOKD_FAILPOINT="full_is_done")
    with pytest.raises(AssertionError, match="a full disk refuses nothing"):
        full.round(most_tries=1_000)
    full.daemon.stop()
    errors = check_journal(read_journal(full.daemon.journal_path), full.sender.acknowledged, full.sender.bodies.keys())
    assert any("was acknowledged and is not there" in error for error in errors)
