# SPDX-License-Identifier: MIT
"""Guarantee 2: a failed or short write never becomes an answer, nor later a false duplicate. Below the journal is a disk
that fails on order: at the n-th sync or write of a life. After each fault, and every other time a power failure, the
sender sends again whatever was not acknowledged; at once the power fails, and the journal is read.

HOOKD_DISK_FAULTS_AT lists the n, and each is struck by every kind of fault; HOOKD_DISK_SEED repeats a run's choices.
"""

import collections
import itertools
import os
import random
import signal
import time

import pytest

from harness import Connection, until
from harness.invariants import check, check_journal, read_journal, wait_for_sink
from harness.failing_disk import FailingDisk
from harness.load import Load, Sender

STRUCK_AT = os.environ.get("HOOKD_DISK_FAULTS_AT", "1 3 8 40").split()
SEED = int(os.environ.get("HOOKD_DISK_SEED", time.time_ns() % 1_000_000))
EXIT_IO = 74
KINDS = ["sync eio", "sync die", "sync tear", "write eio", "write enospc", "write short", "write die"]


def orders():
    return [kind.replace(" ", f" {n} ") for n, kind in itertools.product(STRUCK_AT, KINDS)]


class Campaign:
    def __init__(self, daemon, seed):
        self.daemon = daemon
        self.disk = FailingDisk(daemon)
        self.sender = Sender(daemon.secret, seed)
        self.random = random.Random(seed)
        self.tally = collections.Counter()

    def strike(self, order):
        """A life in which the disk fails, and one without a fault in which the sender repeats what it must."""
        self.disk.order(order)
        ready = self.daemon.try_to_start()
        if ready:
            self._send_until_the_fault(int(order.split()[1]))
        self.tally["struck"] += self.disk.struck()
        if self.daemon.process is not None:
            self._end(order)
        if self.random.random() < 0.5:
            self._lose_power()
        self.disk.order()
        self.daemon.start()
        self.repeat()
        self.daemon.kill()
        self._lose_power()
        rows = read_journal(self.daemon.journal_path)
        assert self.sender.errors + check_journal(rows, self.sender.acknowledged, self.sender.bodies.keys()) == []

    def _send_until_the_fault(self, calls):
        answers_before_it = []
        with Load(self.sender, self.daemon.listeners, connections=3) as load:
            def over():
                if self.disk.struck():
                    answers_before_it.append(load.answers)
                after_it = load.answers - answers_before_it[0] if answers_before_it else 0
                return self._ended() or after_it >= 10 or load.answers >= 3 * calls + 20

            until(over, lambda: f"the end; {load.answers} answers")

    def _end(self, order):
        """A daemon whose write or sync has failed exits by itself; an error that it can survive does not end it."""
        if self.disk.struck() and order.endswith("eio"):
            assert self.daemon.wait() == EXIT_IO
        elif self.disk.struck() and order.endswith(("die", "tear")):
            assert self.daemon.wait() == -signal.SIGKILL
        else:
            self.tally["went on"] += self.disk.struck()
            self.daemon.kill()

    def _ended(self):
        return self.daemon.process.poll() is not None

    def repeat(self):
        """Only that: where all of it is a duplicate, nothing is written before the power fails."""
        with Connection(self.daemon.http) as connection:
            for id in self.sender.unanswered():
                connection.send(self.sender.request(id))
                self.sender.note_answer(id, connection.response().head)
        assert self.sender.unanswered() == []

    def _lose_power(self):
        self.disk.lose_power()
        self.tally["power cuts"] += 1

    def finish(self):
        """The sink gets the rest; every breach of the promise that is seen in the end."""
        self.daemon.start()
        output = wait_for_sink(self.daemon, self.sender.acknowledged)
        self.daemon.stop()
        return check(read_journal(self.daemon.journal_path), self.sender, {"events": output})


@pytest.fixture
def make_campaign(make_daemon):
    def make(**environment):
        return Campaign(make_daemon(certificates=None, environment=environment, log={"level": "info"}), SEED)
    return make


def test_no_fault_of_the_disk_becomes_an_answer_or_a_false_duplicate(make_campaign, capsys):
    begin, total = time.monotonic(), collections.Counter()
    all_orders = orders()
    for first in range(0, len(all_orders), 50):
        campaign = make_campaign()
        for order in all_orders[first:first + 50]:
            campaign.strike(order)
            total["faults ordered"] += 1
        assert campaign.finish() == []
        total += campaign.tally + collections.Counter(requests=campaign.sender.requests,
                                                      refused=campaign.sender.refused,
                                                      acknowledged=len(campaign.sender.acknowledged))
    with capsys.disabled():
        print(f"\ndisk faults: seed={SEED} " + " ".join(f"{name.replace(' ', '_')}={count}"
              for name, count in total.items()) + f" lost=0 seconds={time.monotonic() - begin:.1f}")
    assert total["struck"] > total["faults ordered"] / 2


def test_a_refused_event_that_a_restart_finds_is_on_the_disk_before_it_is_called_a_duplicate(make_campaign):
    campaign = make_campaign()
    daemon, sender = campaign.daemon, campaign.sender
    daemon.configuration["sink"] = []  # what a sink says would be a commit, and sync what is looked at here
    campaign.disk.order("sync 12 eio")
    daemon.start()
    with Connection(daemon.http) as connection:
        while not sender.refused:
            id = sender.fresh()
            connection.send(sender.request(id))
            sender.note_answer(id, connection.response().head)
    assert daemon.wait() == EXIT_IO
    assert len(sender.acknowledged) > 2

    campaign.disk.order()
    daemon.start()
    campaign.repeat()
    daemon.kill()
    campaign.disk.lose_power()
    assert check_journal(read_journal(daemon.journal_path), sender.acknowledged, sender.bodies.keys()) == []


@pytest.mark.parametrize("failpoint", ["no_sync", "no_start_checkpoint"])
def test_it_is_found_out(make_campaign, failpoint):
    campaign = make_campaign(HOOKD_FAILPOINT=failpoint)
    # Lost are events, or all of them at once with the file, whose log then refuses to be thrown away.
    with pytest.raises(AssertionError, match="was acknowledged and is not there|holds a part of a journal that does not exist"):
        for order in ["sync 5 eio", "sync 8 tear", "sync 13 eio", "sync 5 die"] * 5:
            campaign.strike(order)
