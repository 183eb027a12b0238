# SPDX-License-Identifier: MIT
"""Reading what sinks wrote."""

import json
from pathlib import Path


def read_lines(path):
    """The events of a file sink; an incomplete last line (being written) does not count."""
    try:
        text = Path(path).read_bytes()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.split(b"\n")[:-1]]


def event_ids(path):
    return [event["id"] for event in read_lines(path)]


def read_queue(directory):
    """The events in the directory of a queue sink, in the order of their names."""
    return [json.loads(file.read_bytes()) for file in sorted((Path(directory) / "new").iterdir())]
