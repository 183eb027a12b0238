# SPDX-License-Identifier: MIT
"""The first minute: `try` without any configuration, and what it says can be pasted."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess

import pytest

from harness import until
from harness.daemon import binary
from harness.ports import free_port


class Try:
    def __init__(self, home, *options):
        self.environment = {**os.environ, "XDG_STATE_HOME": str(home), "HOME": str(home)}
        self.directory = home / "colivara-hookd/try"
        with open(home / "out", "ab") as out, open(home / "err", "ab") as err:
            self.process = subprocess.Popen([binary(), "try", *options], stdout=out, stderr=err, env=self.environment)
        self.home = home

    def paste(self, word):
        """Runs the command with this word from what `try` has printed."""
        line = until(lambda: re.findall(rf"^  colivara-hookd ({word} .*)$", (self.home / "err").read_text(), re.M),
                     f"the command {word}")[-1]
        return subprocess.run([binary(), *shlex.split(line)], capture_output=True, text=True, env=self.environment)

    def events(self):
        return [json.loads(line) for line in (self.home / "out").read_text().splitlines()]

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(20) == 0


@pytest.mark.parametrize("options", [[], ["--memory"]])
def test_an_event_that_is_sent_as_it_says_is_printed_and_found(tmp_path, options):
    tried = Try(tmp_path, "--port", str(free_port()), *options)
    until(lambda: tried.paste("send").returncode == 0, "the daemon to be ready")
    event, = until(tried.events, "the event")
    assert event["type"] == "upsert.fail"
    assert "upsert.fail" in tried.paste("events").stdout
    tried.stop()
    kept = tried.paste("events")
    assert kept.returncode == 69 and (tried.directory / "journal.db").exists() == (options == [])


def test_only_the_owner_can_read_what_it_writes_and_the_secret_stays(tmp_path):
    port = str(free_port())
    secrets = []
    for _ in range(2):
        tried = Try(tmp_path, "--port", port)
        until(lambda: tried.paste("send").returncode == 0, "the daemon to be ready")
        tried.stop()
        secrets.append((tried.directory / "secret").read_text())
    assert secrets[0] == secrets[1] and re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=\n", secrets[0])
    assert tried.directory.stat().st_mode & 0o777 == 0o700
    assert all((tried.directory / name).stat().st_mode & 0o077 == 0 for name in ("secret", "colivara-hookd.toml"))


def test_a_second_one_takes_the_next_port_and_a_directory_that_cannot_be_used_is_an_error(tmp_path):
    port = free_port()
    first = Try(tmp_path, "--port", str(port), "--memory")
    until(lambda: first.paste("send").returncode == 0, "the daemon to be ready")
    beside = tmp_path / "beside"
    beside.mkdir()
    second = Try(beside, "--port", str(port), "--memory")
    until(lambda: second.paste("send").returncode == 0, "the daemon to be ready")
    assert f"127.0.0.1:{port}/" not in (beside / "err").read_text()
    again = Try(beside, "--memory")
    assert again.process.wait(20) == 74
    assert f"another try is running with {again.directory}" in (beside / "err").read_text()
    assert second.paste("send").returncode == 0
    for each in (first, second):
        each.stop()
    refused = subprocess.run([binary(), "try"], capture_output=True, text=True,
                             env={**os.environ, "XDG_STATE_HOME": "/proc/nowhere"})
    assert refused.returncode == 74 and "cannot use the directory /proc/nowhere/colivara-hookd/try" in refused.stderr


def test_without_a_home_it_writes_nowhere(tmp_path):
    bare = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_STATE_HOME")}
    refused = subprocess.run([binary(), "try"], capture_output=True, text=True, env=bare)
    assert refused.returncode == 74 and "neither HOME nor XDG_STATE_HOME is set" in refused.stderr


def refuses(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_second_signal_ends_it_at_once(tmp_path):
    port = free_port()
    tried = Try(tmp_path, "--port", str(port), "--memory")
    until(lambda: tried.paste("send").returncode == 0, "the daemon to be ready")
    with socket.create_connection(("127.0.0.1", port)) as unfinished:
        unfinished.sendall(b"POST /webhooks/colivara HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
        tried.process.send_signal(signal.SIGINT)
        until(lambda: refuses(port), "the drain to begin")
        assert tried.process.poll() is None
        tried.process.send_signal(signal.SIGINT)
        assert tried.process.wait(5) == 1


def test_without_a_command_it_names_three_next_steps():
    bare = subprocess.run([binary()], capture_output=True, text=True)
    assert bare.returncode == 2
    assert re.findall(r"colivara-hookd (try|check|help)$", bare.stderr, re.M) == ["try", "check", "help"]
