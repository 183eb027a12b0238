# SPDX-License-Identifier: MIT
"""The daemon as a child process of the test, with a directory, a configuration and a clock of its own."""

import functools
import json
import os
import re
import resource
import signal
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .client import exchange
from .configuration import to_toml
from .signing import new_secret, post, signature_headers
from .sinks import read_lines
from .waiting import until

_LISTENING = re.compile(r"listening on (\S+) \((HTTPS?)\)")
_READY = re.compile(r"ready: \d+ listener")


def binary():
    return os.environ["HOOKD_BINARY"]


@functools.cache
def _has_test_hooks():
    return b"HOOKD_FAILPOINT" in Path(binary()).read_bytes()


@dataclass
class Listener:
    address: str  # as the daemon logged it
    tls: bool
    context: ssl.SSLContext | None = None  # a client's, which trusts the listener's certificate

    @property
    def endpoint(self):
        host, _, port = self.address.rpartition(":")
        return host.strip("[]"), int(port)


class Daemon:
    """Writes DIRECTORY/hookd.toml: plain HTTP and HTTPS (with `certificates`) on free ports of 127.0.0.1, the
    endpoint `colivara` with `secret`, the journal and a file sink `events` in the directory. The keyword
    arguments replace or add to that: `log`, `server`, `journal` are merged into their sections, `listeners`,
    `endpoints`, `sinks` replace theirs; `endpoint` and `listener` add keys to each default one.
    `clock`: unix seconds; the daemon then lives by them (see `set_clock`).
    `environment` is added to the daemon's; `wrapper` is put before the command line (prlimit …); it inherits the
    descriptors `pass_fds`.
    """

    def __init__(self, directory, certificates=None, *, log=None, server=None, journal=None,
                 listeners=None, endpoints=None, sinks=None, endpoint=None, listener=None,
                 clock=None, environment=None, wrapper=(), pass_fds=()):
        self.directory = Path(directory)
        self.certificates = certificates
        self.secret = new_secret()
        self.sink_path = self.directory / "events.jsonl"
        self.journal_path = self.directory / "journal.db"
        self.configuration = {
            "log": {"level": "debug", **(log or {})},
            "server": {"drain_timeout": "10s", **(server or {})},
            "listener": listeners or [{**each, **(listener or {})} for each in self._default_listeners()],
            "endpoint": endpoints or [self.default_endpoint(**(endpoint or {}))],
            "journal": {"path": self.journal_path, **(journal or {})},
            "sink": sinks if sinks is not None else [
                {"name": "events", "type": "file", "path": self.sink_path}],
            "admin": {"socket": self.directory / "admin.sock", "address": ""},
        }
        self.wrapper = [str(word) for word in wrapper]
        self.pass_fds = pass_fds
        self.environment = {**os.environ, **{name: str(value) for name, value in (environment or {}).items()}}
        if clock is not None:
            self.set_clock(clock)
            self.environment["HOOKD_TEST_CLOCK"] = str(self._clock_path)
        if {"HOOKD_FAILPOINT", "HOOKD_TEST_CLOCK"} & self.environment.keys() and not _has_test_hooks():
            import pytest  # here, so that the harness can be used without it
            pytest.skip("needs failpoints or a clock that can be set: a build by the preset test, asan or tsan")
        self.process = None
        self.listeners = []

    def default_endpoint(self, name="colivara", path="/webhooks/colivara", **keys):
        return {"name": name, "path": path, "secrets": [self.secret], **keys}

    def tls_keys(self):
        """The value of a listener's `tls` key."""
        return {"certificate": self.certificates.certificate, "private_key": self.certificates.private_key}

    def _default_listeners(self):
        plain = {"address": "127.0.0.1:0"}
        return [plain, {**plain, "tls": self.tls_keys()}] if self.certificates else [plain]

    # Files

    @property
    def configuration_path(self):
        return self.directory / "hookd.toml"

    @property
    def log_path(self):
        return self.directory / "hookd.log"

    @property
    def _clock_path(self):
        return self.directory / "clock"

    def write_configuration(self):
        """Atomically: the daemon may be reading."""
        beside = self.configuration_path.with_suffix(".new")
        beside.touch(mode=0o600)
        beside.write_text(to_toml(self.configuration))
        beside.replace(self.configuration_path)

    def set_clock(self, unix_seconds):
        """Atomically: the daemon may be reading."""
        beside = self._clock_path.with_suffix(".new")
        beside.write_text(f"{unix_seconds}\n")
        beside.replace(self._clock_path)

    def log(self):
        """Everything the daemon has written to standard error since the first start."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def wait_for_log(self, pattern, since=0):
        """Waits for a regular expression in the log from character `since`; returns the match."""
        return until(lambda: re.search(pattern, self.log()[since:]),
                     lambda: f"{pattern!r} in:\n{self.log()[since:]}")

    # Life

    def run(self, *arguments, timeout=60):
        """Runs a command of the binary with this configuration (`check`, …): a CompletedProcess."""
        self.write_configuration()
        return subprocess.run(
            [binary(), "-c", str(self.configuration_path), *map(str, arguments)],
            env=self.environment, capture_output=True, text=True, errors="replace", timeout=timeout)

    def launch(self):
        """Starts the process without waiting for anything."""
        assert self.process is None
        self.write_configuration()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, binary(), "-c", str(self.configuration_path), "run"], cwd=self.directory,
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=self.pass_fds)
        return self

    def start(self):
        """Starts the process and waits until it is ready: every listener listens, including the admin server."""
        since = len(self.log())
        assert self.try_to_start(), f"the daemon ended with {self.process.returncode}:\n{self.log()[since:]}"
        return self

    def try_to_start(self):
        """The same, but the process may exit instead: whether it is ready."""
        since = len(self.log())
        self.launch()

        def settled():
            ended = self.process.poll() is not None
            return "ready" if _READY.search(self.log()[since:]) else "ended" if ended else None

        ready = until(settled, lambda: f"ready:\n{self.log()[since:]}") == "ready"
        context = self.certificates.client_context() if self.certificates else None
        self.listeners = [Listener(address, kind == "HTTPS", context if kind == "HTTPS" else None)
                          for address, kind in _LISTENING.findall(self.log()[since:])]
        return ready

    def wait(self, timeout=30):
        """Waits for the exit code, of an exit or of a signal that was sent before (then negative)."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the daemon does not end:\n{self.log()}") from None
        self.process = None
        return code

    def signal(self, number):
        self.process.send_signal(number)

    def limit_descriptors(self, most):
        """Limits it from now on, as if other processes had used it up: the daemon has not planned for that."""
        resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (most, most))

    def stop(self, expected=0):
        """SIGTERM; waits for the end, which must have the expected exit code."""
        self.signal(signal.SIGTERM)
        code = self.wait()
        assert code == expected, f"exit code {code}:\n{self.log()}"

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, failure, *_):
        if self.process is None:
            return
        if failure is not None:
            self.kill()
            return
        try:
            self.stop()
        finally:
            if self.process is not None:
                self.kill()

    # Clients

    @property
    def http(self):
        return next(each for each in self.listeners if not each.tls)

    @property
    def https(self):
        return next(each for each in self.listeners if each.tls)

    def request(self, body, id=None, timestamp=None, extra=(), path="/webhooks/colivara", family="svix"):
        """The bytes of an authentic POST for the endpoint `colivara`."""
        headers = signature_headers(self.secret, body, id, timestamp, family)
        return post(body, headers, path=path, extra=extra)

    def send(self, body, id=None, listener=None, **keys):
        """An authentic POST on a new connection; returns the response."""
        return exchange(listener or self.http, self.request(body, id, **keys))

    # Sinks

    def events(self):
        """The events of the file sink `events`."""
        return read_lines(self.sink_path)

    def wait_for_events(self, ids):
        """Waits until every id is in the file sink; returns all its events."""
        until(lambda: self.sink_path.exists(), lambda: f"the sink's file; log:\n{self.log()}")
        missing = {id: json.dumps({"id": id}, separators=(",", ":"))[1:-1].encode() for id in ids}

        def complete():
            text = self.sink_path.read_bytes()
            for id in [id for id, field in missing.items() if field in text]:
                del missing[id]
            return not missing and text.endswith(b"\n")

        until(complete, lambda: f"{sorted(missing)} in the sink; log:\n{self.log()}")
        return self.events()
