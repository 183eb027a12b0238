# SPDX-License-Identifier: MIT
"""Containers without a Docker engine or a registry: podman with a store of its own and a base image made here."""

import os
import resource
import subprocess

from . import debian

BASE = f"docker.io/library/debian:{debian.release()}-slim"

# podman would set a systemd timer for HEALTHCHECK; here each check is made by hand.
_ENVIRONMENT = {**os.environ, "DISABLE_HC_SYSTEMD": "true"}


def podman(*words, check=True, **options):
    """The command's end. runc: crun refuses the hybrid control groups of some machines."""
    store = debian.CACHE / "podman"
    done = subprocess.run(
        ["podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "file",
         "--root", store / "store", "--runroot", store / "run", "--tmpdir", store / "tmp", *map(str, words)],
        env=_ENVIRONMENT, capture_output=True, text=True, errors="replace", **options)
    assert not check or done.returncode == 0, f"podman {words[0]}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done


def limits():
    """podman's own default limits are above what a machine may allow."""
    hard = {name: resource.getrlimit(number)[1] for name, number in
            {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}.items()}
    return [f"--ulimit={name}={16384 if value < 0 else min(value, 16384)}" for name, value in hard.items()]


def build(source, tag):
    """The image of the Dockerfile as it is. apt inside gets this machine's sources, which do not stay in the image;
    `--format docker` keeps HEALTHCHECK."""
    if podman("image", "exists", BASE, check=False).returncode != 0:
        podman("import", debian.slim_tarball(), BASE)
    mounts = [f"--volume={each}:{each}:ro" for each in debian.sources()]
    return podman("build", "--isolation", "chroot", "--network", "host", "--pull=never", "--format", "docker",
                  "--layers", *mounts, "-t", tag, source)


def clean():
    """Takes away what running containers left on this machine, also those of a run that was killed; images stay."""
    podman("rm", "-f", "-t", "1", "-a", check=False)
    podman("volume", "prune", "-f", check=False)
    groups = ("find /sys/fs/cgroup -depth -type d \\( -path '*/libpod_parent/*' -o -name libpod_parent \\) "
              "-exec rmdir {} + 2>/dev/null")
    subprocess.run(["sh", "-c", f"umount -R {debian.CACHE}/podman/store/overlay 2>/dev/null; {groups}"])
