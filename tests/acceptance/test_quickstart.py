# SPDX-License-Identifier: MIT
"""docs/quickstart.md: its commands work in order and print what it shows."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from harness.daemon import binary
from harness.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/quickstart.md"
PORTS = ("8080", "8999")
MARK = "-- the end of block"
# What differs from run to run, in the order in which it is replaced, and its replacement.
CHANGING = {
    r"…": r"[\s\S]*?",
    r"/tmp/tmp\.\w+": r"/\S+/tmp\.\w+",
    r"msg_\w{27}": r"msg_\w{27}",
    r"\d+-\d\d-\d\dT[\d:.]+Z": r"\d+-\d\d-\d\dT[\d:.]+Z",
    r"\d+-\d\d-\d\d [\d:]+": r"\d+-\d\d-\d\d [\d:]+",
    r"\d[\d.]* (?:µs|ms|s|KiB|MiB)\b": r"\d[\d.]* (?:µs|ms|s|KiB|MiB)",
    r"(?:up|pid) \d+": r"(?:up|pid) \d+",
    r"127\.0\.0\.1:\d+": r"127\.0\.0\.1:\d+",
    r"in_flight|retrying": r"(?:waiting|in_flight|retrying)",
    r"\s+": r"\s+"}


def blocks():
    """Pairs of commands and what is shown below them, which is None where nothing is."""
    fences = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    pairs = []
    for kind, text in fences:
        assert kind in ("sh", "text"), kind
        if kind == "sh":
            pairs.append((text, None))
        else:
            assert pairs[-1][1] is None, "one output to one block of commands"
            pairs[-1] = (pairs[-1][0], text)
    return pairs


def pattern(shown):
    changing = re.compile("|".join(f"({each})" for each in CHANGING))
    allowed = list(CHANGING.values())
    wanted, end = "", 0
    for found in changing.finditer(shown):
        wanted += re.escape(shown[end:found.start()]) + allowed[found.lastindex - 1]
        end = found.end()
    return wanted + re.escape(shown[end:])


def checkout(directory):
    """As much of a checkout with its release build as the quickstart needs."""
    (directory / "build/release").mkdir(parents=True)
    (directory / "build/release/colivara-hookd").symlink_to(binary())
    (directory / "tests").symlink_to(ROOT / "tests")
    return directory


def walk(pairs, directory):
    """Runs all commands in one shell; what each block printed."""
    script = """set -e
        trap '[ $? = 0 ] || kill ${daemon-} ${colivara-}' EXIT
    """ + "".join(f"{commands}echo '{MARK}'\n" for commands, _ in pairs)
    for port, free in zip(PORTS, free_ports(len(PORTS))):
        assert port in script
        script = script.replace(port, str(free))
    with tempfile.TemporaryDirectory() as temporary:  # with a short name: it is part of what is shown
        environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "TMPDIR": temporary}
        done = subprocess.run(["bash", "-c", script], cwd=checkout(directory / "checkout"), env=environment,
                              capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, ""), f"{done.stdout}\n{done.stderr}"
    return done.stdout.split(MARK + "\n")[:-1]


def test_the_quickstart_works_as_written(tmp_path):
    pairs = blocks()
    for (commands, shown), printed in zip(pairs, walk(pairs, tmp_path), strict=True):
        assert re.fullmatch(pattern(shown or ""), printed), f"{commands}\nprints\n{printed}\nnot\n{shown}"
