# SPDX-License-Identifier: MIT
"""Guarantee 7 beside others: what the daemon makes of each raw request, and what nginx and HAProxy make of it. Each
difference is in docs/http-strictness.md, and what is there is a difference."""

import re
from pathlib import Path

import pytest

from harness import message_id, new_secret, post, raw_requests, signature_headers, success_event
from strictness import Haproxy, Nginx

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "http-strictness.md"
ROW = re.compile(r"\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|")
# The daemon's other answers to a whole request are about what it asks for, which these servers do not judge.
FRAMING = {400, 501, 505, 413, 414, 431, 408}


def outcome(statuses):
    """How many requests a server took, the canary behind included, or how it refused the first."""
    taken = next((count for count, status in enumerate(statuses) if status in FRAMING), len(statuses))
    if taken == 0:
        return str(statuses[0]) if statuses else "closed"
    return f"{taken} taken" + (f", then {statuses[taken]}" if taken < len(statuses) else "")


def differs(daemon, other):
    """Whether one takes what the other refuses, whatever the refusal's figure; or takes more of it, unless the daemon
    ended the connection for a reason of its own, such as an unknown path."""
    if ("taken" in daemon) != ("taken" in other):
        return True
    return "taken" in daemon and daemon != "1 taken" and daemon != other


@pytest.fixture(scope="module")
def documented():
    rows = [tuple(cell.strip() for cell in row) for row in ROW.findall(DOCUMENT.read_text())]
    return {row[0]: row for row in rows}


def measured(case, servers):
    """The case's row; nothing where there is no difference."""
    secret, canary = new_secret(), success_event()
    request = case.request(secret, message_id()) + post(canary, signature_headers(secret, canary),
                                                        extra=["Connection: close"])
    here = outcome(case.answers)
    there = [outcome(server.statuses(request)) for server in servers]
    return (case.name, case.rfc, here, *there) if any(differs(here, each) for each in there) else None


def agrees(row, written):
    """`400 or 2 taken`: HAProxy may answer before it has looked at a trailer."""
    if row is None or written is None:
        return row == written
    return all(cell in words.split(" or ") for cell, words in zip(row, written))


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    found = []
    with Nginx(tmp_path_factory.mktemp("nginx")) as nginx, Haproxy(tmp_path_factory.mktemp("haproxy")) as haproxy:
        for case in raw_requests.CASES:
            if (row := measured(case, (nginx, haproxy))) is not None:
                found.append(row)
    return found


def test_the_document_names_every_difference_and_no_other(rows, documented):
    table = "\n".join("| `{}` | {} | {} | {} | {} |".format(*row) for row in rows)
    seen = {row[0]: row for row in rows}
    wrong = [name for name in seen.keys() | documented if not agrees(seen.get(name), documented.get(name))]
    assert wrong == [], f"the table should be:\n{table}"


def test_the_daemon_takes_nothing_that_both_others_refuse(rows):
    assert [row for row in rows if "taken" in row[2] and not any("taken" in each for each in row[3:])] == []
