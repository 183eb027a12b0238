# SPDX-License-Identifier: MIT
"""Fixtures of the tests that run the daemon as a process. HOOKD_BINARY names it, and must be set."""

import os
import subprocess

import pytest

from . import Certificates, Daemon
from .hooks import file_sink
from .receiver import http_sink


def pytest_configure(config):
    path = os.environ.get("HOOKD_BINARY", "")
    if not os.access(path, os.X_OK):
        raise pytest.UsageError("set HOOKD_BINARY to the daemon's binary")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def make_daemon(tmp_path, certificates):
    """Daemons that are created here are stopped after the test, and must exit with the expected code."""
    made = []

    def make(**keys):
        directory = tmp_path / f"daemon-{len(made)}"
        directory.mkdir()
        made.append(Daemon(directory, keys.pop("certificates", certificates), **keys))
        return made[-1]

    yield make
    for each in made:
        if each.process is not None:
            each.__exit__(None)


@pytest.fixture
def delivering(make_daemon, tmp_path):
    """A running daemon with an http sink to the url, and a file sink that must not be affected."""
    def start(url, **keys):
        beside = tmp_path / "beside.jsonl"
        daemon = make_daemon(sinks=[http_sink(url, **keys), file_sink(beside)], log={"level": "trace"},
                             server={"drain_timeout": "1s"})
        daemon.sink_path = beside
        return daemon.start()
    return start


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, certificates):
    """One daemon for the tests of a module that do not change it."""
    with Daemon(tmp_path_factory.mktemp("daemon"), certificates) as running:
        yield running


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MiB of its own, which can be filled."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"needs to mount a tmpfs: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)
