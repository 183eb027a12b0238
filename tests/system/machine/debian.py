# SPDX-License-Identifier: MIT
"""Root file systems of this machine's Debian release, made by mmdebstrap from this machine's own apt sources."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

CACHE = Path(os.environ.get("HOOKD_SYSTEM_CACHE", "/var/tmp/colivara-hookd-system"))
_HOOKS = "/usr/share/mmdebstrap/hooks/maybe-merged-usr"

# What the official slim image sets: nothing is kept of apt, nothing of documentation, no service is started.
_SLIM = {
    "etc/apt/apt.conf.d/docker-clean":
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };\n'
        'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n',
    "etc/apt/apt.conf.d/docker-no-languages": 'Acquire::Languages "none";\n',
    "etc/apt/apt.conf.d/docker-gzip-indexes": 'Acquire::GzipIndexes "true";\n',
    "etc/dpkg/dpkg.cfg.d/docker":
        "".join(f"path-exclude /usr/share/{each}/*\n" for each in ("doc", "man", "locale", "info", "lintian")),
    "etc/dpkg/dpkg.cfg.d/docker-apt-speedup": "force-unsafe-io\n",
    "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
}


def release():
    return re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(), re.MULTILINE)[1]


def sources():
    """This machine's apt sources; other vendors' repositories among them are nothing to a Debian root."""
    places = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    named = re.compile(rf"^(Suites:|deb ).*\b{release()}\b", re.MULTILINE)
    return [each for each in places if each.is_file() and named.search(each.read_text())
            and "/debian" in each.read_text()]


@contextmanager
def locked():
    """One process at a time makes what lies in the cache."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def root_with(packages):
    """The directory of a root file system with these packages and systemd; made once, then only read."""
    wanted = sorted({"systemd", "systemd-sysv", "dbus", "usr-is-merged", *packages})
    path = CACHE / f"root-{hashlib.sha256(' '.join(wanted).encode()).hexdigest()[:12]}"
    with locked():
        if not path.exists():
            _make(["--format=directory", f"--include={','.join(wanted)}",
                   '--customize-hook=tr -d - </proc/sys/kernel/random/uuid >"$1/etc/machine-id"',
                   '--customize-hook=echo hookd-test >"$1/etc/hostname"; mkdir -p "$1/var/log/journal"'], path)
    return path


def slim_tarball():
    """The tar file of what the official image `debian:RELEASE-slim` is made of."""
    path = CACHE / f"slim-{release()}.tar"
    with locked():
        if not path.exists():
            tree = CACHE / "slim-settings"
            for name, text in _SLIM.items():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                (tree / name).write_text(text)
            (tree / "usr/sbin/policy-rc.d").chmod(0o755)
            _make(["--format=tar",
                   '--customize-hook=for d in doc man locale info; do find "$1/usr/share/$d" -mindepth 1 -delete; done',
                   '--customize-hook=rm -rf "$1"/var/log/*.log "$1"/var/log/apt "$1"/etc/resolv.conf',
                   f"--customize-hook=copy-in {tree}/etc {tree}/usr /",
                   '--customize-hook=rm -f "$1"/var/cache/apt/*.bin'], path)
    return path


def _make(options, path):
    """Without the machine's apt sources in it: no name of a mirror gets into a root or an image."""
    part, work = path.with_name(path.name + ".part"), CACHE / "work"
    shutil.rmtree(part, ignore_errors=True)
    part.unlink(missing_ok=True)
    work.mkdir(exist_ok=True)
    command = ["mmdebstrap", "--mode=root", "--variant=minbase", '--aptopt=Acquire::Check-Valid-Until "false"',
               f"--hook-dir={_HOOKS}", *options,
               '--customize-hook=rm -rf "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*',
               release(), str(part), *map(str, sources())]
    made = subprocess.run(command, env={**os.environ, "TMPDIR": str(work)}, capture_output=True, text=True)
    if made.returncode != 0:
        shutil.rmtree(part, ignore_errors=True)
        raise RuntimeError(f"mmdebstrap failed:\n{made.stderr[-2000:]}")
    part.rename(path)
