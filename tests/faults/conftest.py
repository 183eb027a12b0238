# SPDX-License-Identifier: MIT
"""The campaigns: the promises under load, errors and hostile clients (docs/guarantees.md)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.fixtures import *  # noqa: E402, F403
