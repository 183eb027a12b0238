# SPDX-License-Identifier: MIT
"""Configuration files for daemons under test: nested dicts written as TOML."""

import json
import re


def to_toml(configuration):
    """Sections as tables, lists of dicts as arrays of tables, everything deeper inline."""
    lines = []
    for name, value in configuration.items():
        for table in value if isinstance(value, list) else [value]:
            lines.append(f"[[{name}]]" if isinstance(value, list) else f"[{name}]")
            lines += [f"{key} = {_inline(item)}" for key, item in table.items()]
            lines.append("")
    return "\n".join(lines)


def _key(name):
    return name if re.fullmatch(r"[\w-]+", name) else json.dumps(name)


def _inline(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, (bool, int)):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")
