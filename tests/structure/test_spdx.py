# SPDX-License-Identifier: MIT
"""Each source file names its license in its first line, or in the second behind `#!`."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LICENSE = "SPDX-License-Identifier: MIT"
SCRIPT = re.compile(r"#!.*\b(?:sh|bash|python3)\b")


def mark(path, first):
    """What begins a comment in this source; nothing: it is none."""
    if path.suffix in (".cpp", ".hpp"):
        return "//"
    if path.suffix in (".py", ".sh", ".cmake") or path.name == "CMakeLists.txt" or SCRIPT.match(first):
        return "#"
    return None


def sources():
    """The tracked ones, with what begins a comment in them and their first two lines."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and not path.is_symlink() and not {"corpus", ".github"} & set(path.relative_to(ROOT).parts):
            lines = (path.read_bytes()[:400].decode(errors="replace").split("\n") + [""])[:2]
            if begin := mark(path, lines[0]):
                yield name, begin, lines


def test_each_source_names_its_license():
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n")
    unmarked = [name for name, begin, lines in sources()
                if lines[1 if lines[0].startswith("#!") else 0] != f"{begin} {LICENSE}"]
    assert unmarked == []
