# SPDX-License-Identifier: MIT
"""A container of the image under test, as operators are told to run it: nothing writable but a volume and two tmpfs,
no capabilities, no root; without a network but its own loopback, which the test enters."""

import contextlib
import ctypes
import itertools
import json
import os
import subprocess
from pathlib import Path

from harness import new_secret, until

from . import package
from .podman import limits, podman

USER = 10443
STATE = "/var/lib/colivara-hookd"
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count(1)


class Container:
    """From entering to leaving the block; `volume` holds the journal, and outlives it."""

    def __init__(self, image, directory, volume, configuration=None, secret=None, options=()):
        self.name = f"hookd-{os.getpid()}-{next(_numbers)}"
        self.secret = secret or new_secret()
        self.secret_file = Path(directory) / f"{self.name}-secret"
        self._give(self.secret_file, self.secret)
        self._words = [
            "--name", self.name, "--network", "none", "--read-only", "--read-only-tmpfs=false",
            "--tmpfs", "/tmp:size=16m", "--tmpfs", "/run/colivara-hookd:size=1m", "--cap-drop", "all",
            "--security-opt", "no-new-privileges", "--log-driver", "k8s-file", *limits(), "-v", f"{volume}:{STATE}",
            "-v", f"{self.secret_file}:/run/secrets/webhook-secret:ro", *options]
        if configuration is not None:
            path = Path(directory) / f"{self.name}.toml"
            self._give(path, configuration)
            self._words += ["-v", f"{path}:/etc/colivara-hookd/colivara-hookd.toml:ro"]
        self._image = image

    @staticmethod
    def _give(path, contents):
        path.touch(mode=0o440)
        path.write_text(contents)
        os.chown(path, 0, USER)

    def __enter__(self):
        podman("run", "-d", *self._words, self._image)
        self.wait(lambda: " ready: " in self.log(), "ready")
        return self

    def __exit__(self, *_):
        podman("rm", "-f", "-t", "1", self.name, check=False)

    def inspect(self, form):
        return podman("inspect", "-f", f"{{{{{form}}}}}", self.name).stdout.strip()

    def process(self):
        """Of this machine's numbers, that of the container's process 1."""
        return int(self.inspect(".State.Pid"))

    def processes(self):
        """{number: (name, state)} of all in the container."""
        space = os.readlink(f"/proc/{self.process()}/ns/pid")
        found = {}
        for each in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(each / "ns/pid") == space:
                    name, _, rest = (each / "stat").read_text().partition("(")[2].rpartition(")")
                    found[int(each.name)] = (name, rest.split()[0])
        return found

    def daemon(self):
        (number,) = [number for number, (name, _) in self.processes().items() if name == "colivara-hookd"]
        return number

    def exec(self, *words, check=True):
        return podman("exec", self.name, *words, check=check)

    def health(self):
        """Whether the image's own HEALTHCHECK, made now, passes."""
        return podman("healthcheck", "run", self.name, check=False).returncode == 0

    def log(self):
        return podman("logs", self.name).stderr

    def events(self):
        """What the stdout sink has written."""
        return [json.loads(line) for line in podman("logs", self.name).stdout.splitlines()]

    def send(self, type="upsert.success", *options):
        return subprocess.run(
            ["nsenter", "-t", str(self.process()), "--net", "--", package.binary(), "send", type, "--secret-file",
             self.secret_file, "--to", "http://127.0.0.1:8080/webhooks/colivara", *options],
            capture_output=True, text=True)

    @contextlib.contextmanager
    def network(self):
        """Sockets that this thread opens in the block are in the container's network."""
        with open("/proc/thread-self/ns/net") as ours, open(f"/proc/{self.process()}/ns/net") as theirs:
            _enter(theirs)
            try:
                yield
            finally:
                _enter(ours)

    def wait(self, condition, what, deadline=30.0):
        return until(condition, lambda: f"{what}; the log:\n{self.log()[-3000:]}", deadline)


def _enter(space):
    if _libc.setns(space.fileno(), _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
