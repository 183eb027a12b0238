# SPDX-License-Identifier: MIT
"""The dependencies between the modules, read from the #include lines: docs/architecture.md shows the same."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A module, and the modules whose public headers (include/hookd/MODULE) it may include besides its own. Those in a folder
# of the same name may be nested: http/server is a module, cli/events is a part of cli.
MAY_INCLUDE = {
    "core": set(),
    "signature": {"core"},
    "config": {"core"},
    "journal": {"core", "config"},
    "http/transport": {"core"},
    "http/client": {"core", "http/transport"},
    "http/server": {"core", "config", "http/transport"},
    "sinks": {"core", "config", "http/client"},
    "delivery": {"core", "journal", "sinks"},
    "intake": {"core", "config", "signature", "journal"},
    "admin": {"core", "config", "journal", "delivery", "http/server", "intake"},
    "daemon": {"core", "signature", "config", "journal", "sinks", "delivery", "http/server", "intake", "admin"},
    "loadgen": {"core", "signature", "http/client"},
    "cli": {"core", "signature", "config", "journal", "sinks", "delivery", "http/client", "intake", "admin", "daemon",
            "loadgen"},
}
# Heavy or private libraries, and the modules that may name them (in their src only).
ONLY_IN = {
    r"boost/beast": {"http/transport", "http/client", "http/server"},
    r"sqlite3\.h": {"journal"},
    r"toml\+\+": {"config"},
    r"openssl/": {"http/transport", "http/client", "http/server", "signature", "daemon", "loadgen", "cli"},
    r"CLI/": {"cli"},
    r"curl/": {"sinks"},
    r"prometheus/": {"admin"},
}

INCLUDE = re.compile(r'^\s*#include\s+[<"]([^>"]+)[>"]', re.MULTILINE)


def module_of(path):
    """The module that a path below src or include/hookd is in; null for none, such as src/main.cpp."""
    parts = path.split("/")
    nested = "/".join(parts[:2])
    return nested if nested in MAY_INCLUDE else parts[0] if len(parts) > 1 else None


def sources():
    for top in ("include/hookd", "src"):
        for path in sorted((ROOT / top).rglob("*.?pp")):
            module = module_of(str(path.relative_to(ROOT / top)))
            if module:
                yield path, module, top != "src"


def includes():
    for path, module, is_public in sources():
        for target in INCLUDE.findall(path.read_text()):
            yield path.relative_to(ROOT), module, is_public, target


def test_every_module_is_known():
    assert {module for _, module, _ in sources()} == set(MAY_INCLUDE)


def test_a_module_includes_only_the_public_headers_it_may():
    wrong = []
    for path, module, _, target in includes():
        if not target.startswith("hookd/"):
            continue
        owner = module_of(target.removeprefix("hookd/"))
        if owner != module and owner not in MAY_INCLUDE[module]:
            wrong.append(f"{path} includes {target}")
    assert wrong == []


def test_private_headers_stay_in_their_module():
    wrong = []
    for path, module, is_public, target in includes():
        owner = module_of(target) if target.endswith(".hpp") else None
        if owner in MAY_INCLUDE and (is_public or owner != module):
            wrong.append(f"{path} includes {target}")
    assert wrong == []


def test_heavy_libraries_stay_in_their_module_and_out_of_the_faces():
    wrong = []
    for path, module, is_public, target in includes():
        for pattern, modules in ONLY_IN.items():
            if re.match(pattern, target) and (is_public or module not in modules):
                wrong.append(f"{path} includes {target}")
    assert wrong == []
