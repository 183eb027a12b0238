# SPDX-License-Identifier: MIT
"""The daemon against receivers that verify and store nothing."""

import shutil
import subprocess
from contextlib import ExitStack

from measures import FEW, MANY, check_what_is_stored
from servers import BODY_SIGNATURE, HERE
from tables import Ratio, median, thousands


def install(directory):
    """The npm packages that baselines/package-lock.json pins, outside the sources."""
    place = directory / "baselines"
    place.mkdir(exist_ok=True)
    wanted = (HERE / "baselines/package-lock.json").read_bytes()
    installed = place / "package-lock.json"
    if (place / "node_modules").is_dir() and installed.exists() and installed.read_bytes() == wanted:
        return
    shutil.copy(HERE / "baselines/package.json", place)
    shutil.copy(HERE / "baselines/package-lock.json", place)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=place, check=True)


def baselines(bench):
    install(bench.options.directory)
    started = bench.servers
    daemon = started.daemon()
    others = [started.without_journal(), started.node("http"), started.node("express"), started.webhook(),
              started.webhook(command=False)]
    with ExitStack() as running:
        for server in (daemon, *others):
            running.enter_context(server)
        rounds = {number: bench.fire([daemon, *others], count, signed_with=[BODY_SIGNATURE], connections=number)
                  for number, count in ((FEW, 3_000), (MANY, 6_000))}
    check_what_is_stored(daemon)
    for number, measured in rounds.items():
        report(bench, number, daemon, others, measured)


def report(bench, number, daemon, others, measured):
    here = measured[daemon.name]
    rows = [["daemon, durable", thousands(median(here, "a_second")), "", thousands(median(here, "a_cpu_second")), ""]]
    for server in others:
        there = measured[server.name]
        by_clock, by_cpu = Ratio(here, there, "a_second"), Ratio(here, there)
        rows.append([server.name, thousands(median(there, "a_second")), str(by_clock),
                     thousands(median(there, "a_cpu_second")), str(by_cpu)])
        for name, least in (("Express and svix", 5), ("webhook", 10)):
            if server.name == name:
                bench.report.aim(f"durable events per second, times those of {name}, {number:,} connections",
                                 by_clock.value, least=least, digits=1)
    for server in (daemon, *others) if number == MANY else ():
        bench.report.series.setdefault("baselines", []).append(
            [server.name, median(measured[server.name], "a_second"), median(measured[server.name], "a_cpu_second")])
    bench.report.table(f"Receivers that verify and store nothing, {number:,} connections, HTTP",
                       ["", "events per second", "daemon: times as many", "events per CPU-second", "daemon: times as many"], rows)
