# SPDX-License-Identifier: MIT
"""The Debian package under test: what `cpack` made in the release build."""

import os
import subprocess
from pathlib import Path

from . import debian

PROJECT = Path(__file__).resolve().parents[3]
BUILD = PROJECT / "build/release"

# In the root before the package comes: its libraries, and what it recommends.
RUNTIME = ("ca-certificates", "libfmt9", "libjemalloc2", "libprometheus-cpp-core1.0", "libspdlog1.10", "libsqlite3-0", "libssl3",
           "libstdc++6", "libtomlplusplus3", "logrotate")


def binary():
    return BUILD / "colivara-hookd"


def make_package(release=1):
    """The package with this Debian revision; its path. The binary in it is the same."""
    directory = debian.CACHE / f"package-{release}"
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.deb"):
        old.unlink()
    subprocess.run(["cpack", "-B", directory, "-D", f"CPACK_DEBIAN_PACKAGE_RELEASE={release}"], cwd=BUILD, check=True,
                   capture_output=True)
    (made,) = directory.glob("*.deb")
    return made
