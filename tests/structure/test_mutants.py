# SPDX-License-Identifier: MIT
"""The list of planted mistakes (tests/mutants) is current: each can still be planted, and names an existing test."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "mutants"))

from mutants import load, problems  # noqa: E402


def test_each_mutant_can_be_planted_and_names_a_test():
    mutants, unreadable = load()
    assert unreadable + problems(mutants, Path(os.environ["HOOKD_BINARY"]).parent) == []


def test_every_module_has_mutants():
    modules = {path.name for path in (Path(__file__).resolve().parents[2] / "src").iterdir() if path.is_dir()}
    assert modules <= {Path(each.file).parts[1] for each in load()[0]}
