# SPDX-License-Identifier: MIT
"""Guarantee 5: a message id counts once. Many copies of each id are sent at once and later, over restarts and kills.

HOOKD_UNIQUE_IDS sets the number of ids, HOOKD_UNIQUE_SEED repeats a run's choices.
"""

import collections
import os
import random
import time

from harness import Connection, until
from harness.invariants import check, check_journal, read_journal, wait_for_sink
from harness.load import Load, Sender, wait_a_random_moment

IDS = int(os.environ.get("HOOKD_UNIQUE_IDS", "200"))
SEED = int(os.environ.get("HOOKD_UNIQUE_SEED", time.time_ns() % 1_000_000))
MOST_COPIES = 20
IDS_A_LIFE = 40


class Copies(Sender):
    """A sender that gives each id out 1 to MOST_COPIES times, copies next to each other: the connections have the
    same one at once. Now and then an id of an earlier life comes again."""

    def __init__(self, secret, seed):
        super().__init__(secret, seed)
        self.copies = collections.Counter()
        self._coming = collections.deque()

    def choose(self, retries):
        with self._lock:
            if not self._coming:
                again = self._ids and self._random.random() < 0.1
                id = self._random.choice(self._ids) if again else self.fresh()
                self._coming.extend([id] * self._random.randint(1, MOST_COPIES))
            id = self._coming.popleft()
            self.copies[id] += 1
            return id


def send_over_lives(daemon, sender, generator, ids):
    """Lives of the daemon that end under load, by TERM or kill, until this many ids were sent."""
    ends = collections.Counter()
    while len(sender.bodies) < ids:
        daemon.start()
        wanted = min(len(sender.bodies) + IDS_A_LIFE, ids)
        with Load(sender, daemon.listeners, connections=MOST_COPIES) as load:
            until(lambda: len(sender.bodies) >= wanted, lambda: f"{wanted} ids; {load.answers} answers", 120)
            wait_a_random_moment(generator, 0.005)
            end = generator.choice(["stop", "kill"])
            getattr(daemon, end)()
            ends[end] += 1
    return ends


def test_each_id_is_one_event_however_often_and_when_it_comes(make_daemon, capsys):
    daemon = make_daemon(log={"level": "info"}, certificates=None)
    generator, sender = random.Random(SEED), Copies(daemon.secret, SEED)
    begin = time.monotonic()
    ends = send_over_lives(daemon, sender, generator, IDS)
    daemon.start()
    with Connection(daemon.http) as connection:
        for id in sorted(sender.bodies):
            connection.send(sender.request(id))
            sender.note_answer(id, connection.response().head)
    output = wait_for_sink(daemon, sender.bodies)
    daemon.stop()

    rows = read_journal(daemon.journal_path)
    errors = check(rows, sender, {"events": output})
    with capsys.disabled():
        print(f"\nunique ids: seed={SEED} ids={len(sender.bodies)} copies={sum(sender.copies.values())} "
              f"restarts={dict(ends)} events={len(rows)} seconds={time.monotonic() - begin:.1f}")
    assert errors == []
    assert sender.unanswered() == []
    assert len(rows) == len(sender.bodies) >= IDS


def test_ids_that_may_come_twice_are_found_out(make_daemon):
    daemon = make_daemon(log={"level": "info"}, certificates=None, environment={"HOOKD_FAILPOINT": "no_unique_id"})
    sender = Copies(daemon.secret, SEED)
    send_over_lives(daemon, sender, random.Random(SEED), 10)
    errors = check_journal(read_journal(daemon.journal_path), sender.acknowledged, sender.bodies.keys())
    assert any("events" in error for error in errors)
