# SPDX-License-Identifier: MIT
"""Guarantee 10: stopping and restarting lose nothing and refuse nobody. The daemon is told to stop under load again and
again: what it has taken it answers, and it ends in time. With a listening socket that outlives it, as systemd's socket
unit has one, no connection is refused or reset meanwhile.

HOOKD_RESTARTS sets the number of rounds of either kind (5).
"""

import contextlib
import os
import signal
import subprocess
import time

from harness import event_ids, success_event, until
from harness.half_sent import half_sent
from harness.load import Load, Sender
from harness.new_connections import NewConnections
from harness.passed_socket import passed_socket

ROUNDS = int(os.environ.get("HOOKD_RESTARTS", "5"))
DRAIN = 10  # the drain_timeout of daemons under test
HALVES = 4


def stop_under_load(daemon, sender, hold=0.2):
    """Seconds until the end; the requests under way that got no answer, of HALVES; and the exit code. They stay under way
    for `hold` seconds, or until the daemon has ended all the same."""
    with Load(sender, daemon.listeners) as load:
        load.wait_for(30)
        halves = [half_sent(daemon, daemon.request(success_event())) for _ in range(HALVES)]
        begin, since = time.monotonic(), len(daemon.log())
        daemon.signal(signal.SIGTERM)
        daemon.wait_for_log("draining", since)
        with contextlib.suppress(subprocess.TimeoutExpired):
            daemon.process.wait(hold)
        unanswered = 0
        for connection, rest in halves:
            connection.send(rest)
            answer = connection.response()
            unanswered += answer is None or answer.status != 204
            connection.close()
        code = daemon.wait()
    return time.monotonic() - begin, unanswered, code


def test_what_was_taken_before_a_stop_is_answered_and_the_end_is_good_and_in_time(make_daemon, capsys):
    daemon = make_daemon()
    sender = Sender(daemon.secret, seed=10)
    begin = time.monotonic()
    ends = []
    for _ in range(ROUNDS):
        daemon.start()
        ends.append(stop_under_load(daemon, sender))
    with capsys.disabled():
        print(f"\nstops under load: rounds={ROUNDS} requests={sender.requests} unanswered={sum(end[1] for end in ends)} "
              f"longest={max(end[0] for end in ends):.2f} s exit codes={ {end[2] for end in ends} } "
              f"seconds={time.monotonic() - begin:.1f}")
    assert {end[1:] for end in ends} == {(0, 0)}
    assert max(end[0] for end in ends) < DRAIN
    assert sender.errors == []
    stored = event_ids(daemon.sink_path)
    assert len(stored) == len(set(stored)) == len(sender.acknowledged) + ROUNDS * HALVES, "and nothing else was taken"
    assert sender.acknowledged <= set(stored)


def test_requests_under_way_that_a_stop_cuts_off_are_found(make_daemon):
    daemon = make_daemon(environment={"HOOKD_FAILPOINT": "hard_stop"}).start()
    _, unanswered, _ = stop_under_load(daemon, Sender(daemon.secret, seed=10), hold=20)
    assert unanswered > 0


def test_restarts_behind_a_socket_that_stays_refuse_and_reset_nobody(make_daemon, capsys):
    with passed_socket() as (passed, keys):
        daemon = make_daemon(**keys).start()
        begin = time.monotonic()
        with NewConnections(passed.getsockname(), daemon.secret) as senders:
            for _ in range(ROUNDS):
                seen = sum(senders.ends.values())
                until(lambda: sum(senders.ends.values()) >= seen + 20, lambda: f"more than {senders.ends}")
                daemon.stop()
                daemon.start()
        with capsys.disabled():
            print(f"\nrestarts: rounds={ROUNDS} ends={dict(senders.ends)} seconds={time.monotonic() - begin:.1f}")
        assert set(senders.ends) == {"204"}
        daemon.wait_for_events(senders.acknowledged)
        assert len(event_ids(daemon.sink_path)) == len(set(senders.acknowledged))
