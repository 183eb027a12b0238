# SPDX-License-Identifier: MIT
"""The acceptance tests: the daemon as a process, seen as its user sees it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.fixtures import *  # noqa: E402, F403
