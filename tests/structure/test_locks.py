# SPDX-License-Identifier: MIT
"""All locks are of the types that the compiler checks (include/hookd/core/mutex.hpp)."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHECKED = ROOT / "include/hookd/core/mutex.hpp"
UNCHECKED = re.compile(r"std::(?:recursive_|timed_)*mutex\b|std::(?:lock_guard|scoped_lock)\b|std::condition_variable")


def test_only_one_header_uses_locks_that_the_compiler_does_not_check():
    sources = [path for folder in ("src", "include") for path in (ROOT / folder).rglob("*.[ch]pp")]
    assert sources
    assert [str(path.relative_to(ROOT)) for path in sources if UNCHECKED.search(path.read_text())] == \
        [str(CHECKED.relative_to(ROOT))]
