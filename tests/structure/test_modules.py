# SPDX-License-Identifier: MIT
"""The dependencies between the modules, read from the #include lines: docs/architecture.md shows the same."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A module, and the modules whose public headers (include/hookd/MODULE) it may include besides its own.
MAY_INCLUDE = {
    "core": set(),
    "signature": {"core"},
    "config": {"core"},
    "journal": {"core"},
    "sinks": {"core", "config", "http"},
    "delivery": {"core", "journal", "sinks"},
    "http": {"core"},
    "intake": {"core", "signature", "journal"},
    "admin": {"core", "journal", "delivery", "http", "intake"},
    "app": {"core", "signature", "config", "journal", "sinks", "delivery", "http", "intake", "admin"},
}
# A module that may include only these of another's public headers.
ONLY_HEADERS = {
    ("sinks", "http"): {"client.hpp", "resolver.hpp", "url.hpp"},
}
# Heavy or private libraries, and the modules that may name them (in their src only).
ONLY_IN = {
    r"boost/beast": {"http"},
    r"sqlite3\.h": {"journal", "app"},
    r"toml\+\+": {"config"},
    r"openssl/": {"http", "signature", "app"},
    r"CLI/": {"app"},
    r"prometheus/": {"admin"},
}

INCLUDE = re.compile(r'^\s*#include\s+[<"]([^>"]+)[>"]', re.MULTILINE)


def sources():
    for top in ("include/hookd", "src"):
        for path in sorted((ROOT / top).rglob("*.?pp")):
            parts = path.relative_to(ROOT / top).parts
            if len(parts) > 1:
                yield path, parts[0], top != "src"


def includes():
    for path, module, is_public in sources():
        for target in INCLUDE.findall(path.read_text()):
            yield path.relative_to(ROOT), module, is_public, target


def test_every_module_is_known():
    assert {module for _, module, _ in sources()} == set(MAY_INCLUDE)


def test_a_module_includes_only_the_public_headers_it_may():
    wrong = []
    for path, module, _, target in includes():
        header = re.match(r"hookd/(\w+)/(.+)", target)
        if not header or header[1] == module:
            continue
        if header[1] not in MAY_INCLUDE[module] or header[2] not in ONLY_HEADERS.get((module, header[1]), {header[2]}):
            wrong.append(f"{path} includes {target}")
    assert wrong == []


def test_private_headers_stay_in_their_module():
    wrong = []
    for path, module, is_public, target in includes():
        private = re.match(r"(\w+)/[\w/]+\.hpp$", target)
        if not private or private[1] not in MAY_INCLUDE:
            continue
        if is_public or (private[1] != module):
            wrong.append(f"{path} includes {target}")
    assert wrong == []


def test_heavy_libraries_stay_in_their_module_and_out_of_the_faces():
    wrong = []
    for path, module, is_public, target in includes():
        for pattern, modules in ONLY_IN.items():
            if re.match(pattern, target) and (is_public or module not in modules):
                wrong.append(f"{path} includes {target}")
    assert wrong == []
