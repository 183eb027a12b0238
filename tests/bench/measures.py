# SPDX-License-Identifier: MIT
"""What is measured against nginx. Each function is one measurement: it starts its servers, has them asked in
alternating rounds, and puts tables, aims and series into the report."""

from contextlib import ExitStack, closing
import os
import sqlite3
import statistics
import time

from servers import fail
from tables import Ratio, median, thousands

FEW, MANY = 64, 1_000  # with many connections both servers always have work; with few, all wait for each sync
AGAINST_NGINX = ["", "nginx", "daemon", "share of nginx (lowest–highest)"]


class Bench:
    def __init__(self, options, servers, generator, report):
        self.options, self.servers, self.generator, self.report = options, servers, generator, report

    def count(self, number):
        """So many requests, or a tenth of them in a smoke test."""
        return max(number // 10, 100) if self.options.quick else number

    def rounds(self, contenders, work, before=None, warm=True):
        """`work(server)` for each server, in one order and then in the other; the first round only warms up. Results
        by server name."""
        results = {server.name: [] for server in contenders}
        for number in range(self.options.rounds + int(warm)):
            if before:
                before()
            order = contenders if number % 2 == 0 else contenders[::-1]
            for server in order:
                result = work(server)
                if number > 0 or not warm:
                    results[server.name].append(result)
        return results

    def fire(self, contenders, count, body_size=500, signed_with=(), **how):
        count = self.count(count)
        return self.rounds(contenders, lambda server: self.generator.measure(server, **how),
                           before=lambda: self.generator.sign(count, body_size, *signed_with))


def check_what_is_stored(server):
    """After it has stopped: every acknowledged event, and no other, is in the journal."""
    with closing(sqlite3.connect(f"file:{server.journal}?mode=ro", uri=True)) as journal:
        stored = journal.execute("SELECT count(*) FROM event").fetchone()[0]
    if stored != server.acknowledged:
        fail(f"{server.acknowledged} events were acknowledged, the journal holds {stored}")
    for suffix in ("", "-wal", ".lock"):
        if os.path.exists(f"{server.journal}{suffix}"):
            os.unlink(f"{server.journal}{suffix}")


ALL, TENTH, NOTHING = "*", "upsert.fail", "nothing.*"
SINKS = {"no sink": ((), None), "one that takes nothing": ((NOTHING,), 1.02), "ten that take nothing": ((NOTHING,) * 10, 1.05),
         "one that takes every tenth event": ((TENTH,), 1.08), "one that takes all": ((ALL,), 1.15),
         "five that take all": ((ALL,) * 5, 1.5)}


def check_what_is_delivered(server):
    """After it has stopped: each sink has its share of the acknowledged events, each once."""
    for path, events in server.sinks.items():
        lines = path.read_bytes().count(b"\n") if path.exists() else 0
        expected = server.acknowledged // {ALL: 1, TENTH: 10}[events] if events != NOTHING else 0
        if lines != expected:
            fail(f"{server.name}: {path.name} has {lines} events of {expected}")


def sinks(bench):
    """What file sinks cost: all of an event's CPU time, as shares of that of a daemon without sinks."""
    rows, contenders = [], [bench.servers.daemon(name=name, server="threads = 1\n", sinks=filters)
                            for name, (filters, _) in SINKS.items()]
    with ExitStack() as running:
        for server in contenders:
            running.enter_context(server)
        measured = bench.fire(contenders, 16_000)
    none = measured["no sink"]
    for server in contenders:
        check_what_is_stored(server)
        check_what_is_delivered(server)
        here, most = measured[server.name], SINKS[server.name][1]
        ratio = Ratio(none, here)
        rows.append([server.name, f"{1e6 / median(here, 'a_cpu_second'):.1f}", str(ratio)])
        if most:
            bench.report.aim(f"CPU time of an event with file sinks, {server.name}, share of that without",
                             ratio.value, below=most)
    bench.report.table("CPU time of an event with file sinks, HTTP, 64 connections, one I/O thread",
                       ["file sinks", "µs an event", "share of no sink (lowest–highest)"], rows)


def plain(bench):
    """Durable events, and those of a build without journal, over HTTP and TLS."""
    rows, nginx, daemon, bare = [], bench.servers.nginx(), bench.servers.daemon(), bench.servers.without_journal()
    with nginx, daemon, bare:
        for protocol, spoken, number in (("http", "HTTP", FEW), ("http", "HTTP", MANY), ("ecdsa", "TLS", FEW),
                                         ("ecdsa", "TLS", MANY)):
            measured = bench.fire([nginx, daemon, bare], 16_000, protocol=protocol, connections=number)
            there = measured[nginx.name]
            for server, kind, least in ((daemon, "durable", 0.45), (bare, "verified, not stored", 0.6)):
                here = measured[server.name]
                ratio = Ratio(here, there)
                rows.append([f"{kind}, {spoken}, {number:,} connections", thousands(median(there, "a_cpu_second")),
                             thousands(median(here, "a_cpu_second")), str(ratio)])
                bench.report.aim(f"{kind} events per CPU-second over {spoken}, {number:,} connections, share of nginx",
                                 ratio.value, least=least)
                bench.report.series.setdefault("throughput", []).append(
                    [f"{kind}, {spoken}, {number:,}", median(there, "a_cpu_second"), median(here, "a_cpu_second"), ratio.value])
    check_what_is_stored(daemon)
    bench.report.table("Events per CPU-second, kept connections, bodies of 500 bytes", AGAINST_NGINX, rows)


def handshakes(bench):
    rows, count = [], bench.count(300)
    with bench.servers.nginx() as nginx, bench.servers.daemon() as daemon:
        for key, name in (("ecdsa", "ECDSA P-256"), ("rsa", "RSA-2048")):
            measured = bench.rounds([nginx, daemon], lambda server: bench.generator.handshakes(server, key, count))
            there, here = measured[nginx.name], measured[daemon.name]
            ratio = Ratio(here, there)
            rows.append([name, thousands(median(there, "a_cpu_second")), thousands(median(here, "a_cpu_second")),
                         str(ratio)])
            bench.report.aim(f"TLS handshakes per CPU-second with {name}, share of nginx", ratio.value, least=0.9)
            bench.report.series.setdefault("handshakes", []).append(
                [name, median(there, "a_cpu_second"), median(here, "a_cpu_second"), ratio.value])
    bench.report.table("Full TLS 1.3 handshakes per CPU-second, each on a new connection", AGAINST_NGINX, rows)


def bare_syncs(path, count=100):
    """Milliseconds for 4 KiB and a sync on the journal's disk, sorted: what no durable answer can be faster than."""
    opened, times = os.open(path, os.O_WRONLY | os.O_CREAT), []
    for number in range(count):
        begin = time.monotonic()
        os.pwrite(opened, bytes(4096), number * 4096)
        os.fdatasync(opened)
        times.append(1000 * (time.monotonic() - begin))
    os.close(opened)
    return sorted(times)


def latency(bench):
    """At shares of what the daemon can take at most, in the presence of the generator on the same cores."""
    rows, syncs, seconds = [], [], 1 if bench.options.quick else 2

    def prepare(rate):
        bench.generator.sign(int(rate * seconds))
        syncs.append(bare_syncs(bench.servers.directory / "sync"))

    with bench.servers.nginx() as nginx, bench.servers.daemon() as daemon:
        saturation = median(bench.fire([daemon], 8_000)[daemon.name], "a_second")
        for share in (25, 50, 75, 95):
            rate = saturation * share / 100
            measured = bench.rounds([nginx, daemon], lambda server: bench.generator.measure(server, rate=rate),
                                    before=lambda: prepare(rate))
            for server in (nginx, daemon):
                times = [median(measured[server.name], part) for part in ("p50", "p99", "p99.9")]
                spread = [one["p99"] for one in measured[server.name]]
                rows.append([f"{share} %, {thousands(rate)} per second: {server.name}", *(f"{t:.2f}" for t in times),
                             f"{min(spread):.2f}–{max(spread):.2f}",
                             f"{100 * median(measured[server.name], 'stolen'):.1f} %"])
                bench.report.series.setdefault(f"latency {server.name}", []).append([share, *times])
            if share == 50:
                more = median(measured["daemon"], "p99") - median(measured["nginx"], "p99")
                bench.report.aim("p99 at half of saturation, milliseconds more than nginx", more, below=5)
    check_what_is_stored(daemon)
    spread = [one[-2] for one in syncs]
    rows.append(["a plain 4 KiB write and sync, between the rounds",
                 *(f"{statistics.median(one[place] for one in syncs):.2f}" for place in (50, -2)), "",
                 f"{min(spread):.2f}–{max(spread):.2f}", ""])
    bench.report.table(f"Latency in ms, open loop, at shares of saturation ({thousands(saturation)} events per second)",
                       ["load", "p50", "p99", "p99.9", "p99, lowest–highest", "stolen, share of a core"], rows)


def bodies(bench):
    rows = []
    with bench.servers.nginx() as nginx, bench.servers.daemon() as daemon:
        for name, size, count in (("0.5 KiB", 512, 4_000), ("4 KiB", 4096, 2_000), ("64 KiB", 65536, 400)):
            measured = bench.fire([nginx, daemon], count, size)
            there, here = measured[nginx.name], measured[daemon.name]
            ratio = Ratio(here, there)
            rows.append([name, thousands(median(there, "a_cpu_second")), thousands(median(here, "a_cpu_second")),
                         str(ratio)])
            bench.report.series.setdefault("bodies", []).append(
                [name, median(there, "a_cpu_second"), median(here, "a_cpu_second"), ratio.value])
    check_what_is_stored(daemon)
    bench.report.table("Events per CPU-second by size of the body, HTTP, 64 connections", AGAINST_NGINX, rows)


def connections(bench):
    rows = []
    with bench.servers.nginx() as nginx, bench.servers.daemon() as daemon:
        for number in (1, 8, 64, 1_000, 10_000):
            measured = bench.fire([nginx, daemon], 300 if number == 1 else max(4_000, 2 * number),
                                  connections=number)
            there, here = measured[nginx.name], measured[daemon.name]
            ratio = Ratio(here, there)
            rows.append([thousands(number), thousands(median(there, "a_cpu_second")),
                         thousands(median(here, "a_cpu_second")), str(ratio),
                         thousands(median(here, "a_second"))])
            bench.report.series.setdefault("connections", []).append(
                [number, median(there, "a_cpu_second"), median(here, "a_cpu_second"), ratio.value])
    check_what_is_stored(daemon)
    bench.report.table("Events per CPU-second by connections, HTTP, at most 1,024 of them busy at a time",
                       [*AGAINST_NGINX, "daemon, events per second"], rows)


def memory(bench):
    """Resident size of fresh servers: at 64 busy connections, and by how much it grows with idle ones."""
    few, many = 500, 1_000 if bench.options.quick else 4_500
    rows, found = [], {}
    with ExitStack() as running:
        for server in (bench.servers.nginx(), bench.servers.daemon()):
            running.enter_context(server)
            bench.generator.sign(bench.count(10_000))
            for protocol in ("http", "ecdsa"):
                bench.generator.measure(server, protocol=protocol)
                bench.generator.sign(bench.count(10_000))
            busy = server.memory_kib("VmHWM") / 1024
            slopes = []
            for protocol in ("http", "ecdsa"):
                bench.generator.sign(few)
                base = bench.generator.memory_held(server, protocol, few)
                bench.generator.sign(many)
                slopes.append((bench.generator.memory_held(server, protocol, many) - base) / (many - few))
            found[server.name] = [busy, *slopes]
    for place, name in enumerate(("at 64 busy connections, maximum, MiB", "each further idle HTTP connection, KiB",
                                  "each further idle TLS connection, KiB")):
        rows.append([name, *(f"{found[server][place]:.1f}" for server in ("nginx", "daemon"))])
    bench.report.aim("MiB at 64 busy connections", found["daemon"][0], below=48, digits=1)
    bench.report.aim("KiB for each further idle TLS connection", found["daemon"][2], below=40, digits=1)
    bench.report.table("Resident memory", ["", "nginx", "daemon"], rows)
