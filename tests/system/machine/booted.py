# SPDX-License-Identifier: MIT
"""A real systemd, booted by systemd-nspawn from a Debian root on a machine whose own init may be anything.

Everything is a child of the test, in mount, process and network namespaces of its own; what it writes goes into a layer
above the shared root, and away with it. Needs root.
"""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from . import debian

# A pure cgroup v2 whatever this machine has; the bpf filter, or else IPAddressDeny= would silently do nothing.
_BOOT = """
set -e
mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$LAYER/upper,workdir=$LAYER/work" "$LAYER/root"
umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$NAME"
echo $$ >"/sys/fs/cgroup/$NAME/cgroup.procs"
exec unshare --pid --fork --mount-proc --kill-child=SIGKILL systemd-nspawn --quiet --boot -D "$LAYER/root" \
    -M "$NAME" --register=no --keep-unit --private-network --console=pipe --system-call-filter=bpf \
    --resolv-conf=off --timezone=off --link-journal=no
"""
_LEAVE = 'mount -t cgroup2 cgroup2 /mnt && find "/mnt/$NAME" -depth -type d -exec rmdir {} + 2>/dev/null'
_numbers = itertools.count(1)


class Booted:
    """From entering to leaving the block. `packages` are in the root; `files` (path in the root -> bytes) are put there
    before the boot."""

    def __init__(self, packages, files=()):
        self._base = debian.root_with(packages)
        self._files = dict(files)
        self.layer = None
        self.process = None
        self.leader = None

    def __enter__(self):
        self.layer = Path(tempfile.mkdtemp(prefix="booted-", dir=debian.CACHE))
        for each in ("upper", "work", "root"):
            (self.layer / each).mkdir(mode=0o755)
        for name, contents in self._files.items():
            place = self.layer / "upper" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(contents)
        self._environment = {**os.environ, "BASE": str(self._base), "LAYER": str(self.layer),
                             "NAME": f"hookd-{os.getpid()}-{next(_numbers)}"}
        self._console = open(self.layer / "console", "wb")
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "bash", "-c", _BOOT],
            env=self._environment, stdin=subprocess.DEVNULL, stdout=self._console, stderr=self._console)
        try:
            self.leader = self._until(self._find_leader, 30, "systemd to start")
            self._until(lambda: self.systemctl("is-system-running", check=False).stdout.strip()
                        in ("running", "degraded"), 60, "systemd to have booted")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.leader is not None:
            self.systemctl("poweroff", check=False)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self._console.close()
        subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", _LEAVE], env=self._environment)
        shutil.rmtree(self.layer, ignore_errors=True)

    # Commands

    def run(self, *words, check=True, text=True, **options):
        """A command inside, to its end: a CompletedProcess."""
        done = subprocess.run(["nsenter", "-t", str(self.leader), "-a", "--", *map(str, words)],
                              capture_output=True, text=text, cwd="/", **options)
        assert not check or done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def shell(self, line, check=True):
        return self.run("sh", "-c", line, check=check)

    def systemctl(self, *words, check=True):
        return self.run("systemctl", "--no-pager", *words, check=check)

    def outside(self, *words):
        """The command line of a program of this machine, in the network of the booted one."""
        return ["nsenter", "-t", str(self.leader), "--net", "--", *map(str, words)]

    def write(self, path, contents, mode="644", owner="root:root"):
        self.shell(f"mkdir -p $(dirname {path})")
        self.run("sh", "-c", f"cat >{path} && chmod {mode} {path} && chown {owner} {path}", input=contents)

    # systemd

    def property(self, unit, name):
        return self.systemctl("show", "-P", name, unit).stdout.strip()

    def journal(self, unit, *words):
        """What the unit, and systemd about it, said since the boot."""
        return self.run("journalctl", "--no-pager", "-b", "-o", "cat", "-u", unit, *words).stdout

    def console(self):
        return (self.layer / "console").read_text(errors="replace")

    # Boot

    def _find_leader(self):
        """unshare, systemd-nspawn, systemd: each the only child of the one before."""
        assert self.process.poll() is None, self.console()
        at = self.process.pid
        for wanted in ("systemd-nspawn", "systemd"):
            children = Path(f"/proc/{at}/task/{at}/children").read_text().split()
            if not children or Path(f"/proc/{children[0]}/comm").read_text().strip() != wanted:
                return None
            at = int(children[0])
        return at

    def _until(self, condition, seconds, what):
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, f"waited {seconds} s in vain for {what}\n{self.console()}"
            time.sleep(0.02)
        return found
