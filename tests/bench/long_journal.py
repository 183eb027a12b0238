# SPDX-License-Identifier: MIT
"""Start-up and speed with a journal that holds millions of events."""

import os
import socket
import sqlite3
import statistics
import time
from contextlib import ExitStack, closing, contextmanager

from measures import check_what_is_stored
from servers import fail
from tables import Ratio, median, thousands

# Bodies of 100 bytes, so that ten millions fit anybody's disk: start-up and appending read no bodies.
FILL = """
INSERT INTO event(sequence, accepted, endpoint, id, type, unbranded, json, peer, timestamp, collection, document,
                  signature, body)
WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
SELECT n, :now, 1, printf('msg_%027d', n), 'upsert.success', 0, 1, '127.0.0.1', :second, 'default_collection',
       'report.pdf', 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=', CAST(printf('%0100d', n) AS BLOB) FROM numbers
"""


def fill(path, count):
    """In big batches, unsynced, into a journal that the daemon has created and closed."""
    step = 250_000
    with closing(sqlite3.connect(path, isolation_level=None)) as journal:
        journal.execute("PRAGMA synchronous = OFF")
        journal.execute("INSERT OR IGNORE INTO endpoint(number, name) VALUES(1, 'colivara')")
        now = int(time.time())
        for first in range(1, count + 1, step):
            journal.execute(FILL, {"first": first, "last": min(first + step - 1, count), "now": now * 1000,
                                   "second": str(now)})
    sync(path)


def sync(path):
    opened = os.open(path, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)


def forget_cached(path):
    """So that the next start reads the file from the disk."""
    opened = os.open(path, os.O_RDONLY)
    os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(opened)


@contextmanager
def service_manager(directory):
    """The socket that a daemon says READY to, as systemd has one."""
    path = directory / "notify"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(60)
        yield listening, {"NOTIFY_SOCKET": str(path)}


def seconds_to_ready(bench, journal):
    with service_manager(bench.servers.directory) as (notified, environment):
        server = bench.servers.daemon(journal=journal, environment=environment)
        while b"READY=1" not in notified.recv(4096):
            if server.process.poll() is not None:
                fail(f"the daemon ended at its start:\n{server.log.read_text()}")
        took = time.monotonic() - server.begun
        server.stop()
    return took


def long_journal(bench):
    counts = (0, 20_000, 200_000) if bench.options.quick else (0, 1_000_000, 10_000_000)
    journals = {}
    for count in counts:
        path = bench.servers.directory / f"journal-{count}.db"
        seconds_to_ready(bench, path)
        fill(path, count)
        journals[count] = path
    starts = {count: {"warm": [], "cold": []} for count in counts}
    for _ in range(bench.options.rounds):
        for count, path in journals.items():
            starts[count]["warm"].append(seconds_to_ready(bench, path))
            forget_cached(path)
            starts[count]["cold"].append(seconds_to_ready(bench, path))
    contenders = [bench.servers.daemon(journal=path, name=f"{count}") for count, path in journals.items()]
    with ExitStack() as running:
        for server in contenders:
            running.enter_context(server)
        measured = bench.fire(contenders, 4_000)
    rows = []
    for server, count in zip(contenders, counts):
        server.acknowledged += count
        size = server.journal.stat().st_size
        check_what_is_stored(server)
        here, ratio = measured[server.name], Ratio(measured[server.name], measured["0"])
        warm, cold = (statistics.median(starts[count][kind]) for kind in ("warm", "cold"))
        rows.append([thousands(count), f"{size / 2**20:,.0f}", f"{1000 * warm:.0f}", f"{1000 * cold:.0f}",
                     thousands(median(here, "a_cpu_second")), str(ratio)])
        bench.report.series.setdefault("journal", []).append([count, warm, cold, median(here, "a_cpu_second")])
        if count == counts[1]:
            bench.report.aim(f"seconds to start with {thousands(count)} events, not cached", cold, below=1)
        if count == counts[2]:
            bench.report.aim(f"speed with {thousands(count)} events, share of that with none", ratio.value, least=0.9)
    bench.report.table("A journal that already holds many events",
                       ["events", "MiB at the end", "start, ms", "start uncached, ms", "events per CPU-second",
                        "share of an empty journal's (lowest–highest)"], rows)
