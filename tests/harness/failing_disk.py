# SPDX-License-Identifier: MIT
"""A disk with injected failures and power losses under a daemon's journal: see tests/faults/disk_faults.cpp."""

import shutil
from pathlib import Path

from .daemon import binary


class FailingDisk:
    """The disk of the daemon's journal; create it before the daemon starts."""

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
        """What fails in the daemon's next run: `sync 3 eio`, `write 17 short`, …; empty: nothing."""
        self._daemon.environment["HOOKD_DISK_FAULT"] = fault
        self._struck.unlink(missing_ok=True)

    def struck(self):
        return self._struck.exists()

    def lose_power(self):
        """Drops what was never synced. The daemon must not be running."""
        for suffix in ("", "-wal"):
            there, kept = Path(f"{self.journal}{suffix}"), self.kept / f"journal.db{suffix}"
            there.unlink(missing_ok=True)
            if kept.exists():
                shutil.copy(kept, there)

    @property
    def _struck(self):
        return self.kept / "struck"
