# SPDX-License-Identifier: MIT
"""The system tests: the real systemd, package tools, container engine and monitoring. They need root, and what
`scripts/install-deps --system` installs; `scripts/test --system` runs them against the release build."""

import os
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE), str(_HERE.parent)]

from harness import Certificates  # noqa: E402
from machine import package, podman  # noqa: E402
from machine.booted import Booted  # noqa: E402
from machine.service import Service  # noqa: E402

os.environ.setdefault("HOOKD_BINARY", str(package.binary()))


def pytest_configure(config):
    if os.geteuid() != 0:
        raise pytest.UsageError("the system tests boot machines and mount file systems: run them as root")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def deb():
    return package.make_package()


@pytest.fixture(scope="session")
def image():
    """Built from the Dockerfile as it is: minutes when a source has changed, seconds when not."""
    podman.clean()
    podman.build(package.PROJECT, "localhost/colivara-hookd:test")
    yield "localhost/colivara-hookd:test"
    podman.clean()


@pytest.fixture(scope="module")
def machine(deb):
    """A booted Debian with the package's libraries, and the package's file in it."""
    with Booted(package.RUNTIME, {"var/tmp/hookd.deb": deb.read_bytes()}) as booted:
        yield booted


@pytest.fixture
def service(machine, certificates):
    """Installed and stopped, with the configuration it begins with, and an empty journal."""
    machine.shell("rm -rf /var/lib/colivara-hookd /var/log/colivara-hookd /etc/colivara-hookd/hooks")
    made = Service(machine, certificates)
    made.write()
    yield made
    made.stop()
