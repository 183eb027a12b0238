# SPDX-License-Identifier: MIT
"""A disk that fails on order under a daemon's journal, and loses its power: see tests/faults/disk_faults.cpp."""

import shutil
from pathlib import Path

from .daemon import binary


class FailingDisk:
    """Of the daemon's journal; to be made before the daemon starts."""

    def __init__(self, daemon):
        self._daemon = daemon
        self.journal = daemon.journal_path
        self.kept = daemon.directory / "kept"
        self.kept.mkdir()
        library = Path(binary()).parent / "tests" / "libhookd_disk_faults.so"
        assert library.exists()
        daemon.environment |= {"LD_PRELOAD": str(library), "HOOKD_DISK_JOURNAL": str(self.journal),
                            "HOOKD_DISK_KEPT": str(self.kept)}

    def order(self, fault=""):
        """What goes wrong in the daemon's next life: `sync 3 eio`, `write 17 short`, …; nothing where empty."""
        self._daemon.environment["HOOKD_DISK_FAULT"] = fault
        self._struck.unlink(missing_ok=True)

    def struck(self):
        return self._struck.exists()

    def lose_power(self):
        """What was never synced is gone. No daemon runs."""
        for suffix in ("", "-wal"):
            there, kept = Path(f"{self.journal}{suffix}"), self.kept / f"journal.db{suffix}"
            there.unlink(missing_ok=True)
            if kept.exists():
                shutil.copy(kept, there)

    @property
    def _struck(self):
        return self.kept / "struck"
