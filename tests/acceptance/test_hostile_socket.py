# SPDX-License-Identifier: MIT
"""Every command that asks a daemon, against a control socket that somebody else made: nothing that it answers steers
the terminal, ends the command by accident, or keeps it going for ever."""

import contextlib
import json
import re
import socket
import subprocess
import threading

import pytest

from harness.daemon import binary

HOSTILE = "\x1b[31m\x07\r\n2026 FAKE\x7f\x85\x9b2J\u061c\u200e\u2028\u2029\u202e\u2066\ufeff"
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]")
COMMANDS = [
    ["status"], ["status", "--json"], ["reload"], ["sinks"], ["sinks", "--json"], ["sinks", "show", "x"], ["sinks", "pause", "x"],
    ["sinks", "pause", "x", "--json"], ["sinks", "rename", "x", "y"], ["sinks", "forget", "x"], ["events", "list"], ["events", "list", "--oldest", "--json"],
    ["events", "show", "x"], ["events", "show", "x", "--json"], ["events", "replay", "--dead", "--yes"],
    ["events", "drop", "--dead", "--dry-run"], ["wait", "--document", "x", "--timeout", "1ms"],
    ["wait", "--document", "x", "--timeout", "1ms", "--json"],
]


def deep(depth):
    return "[" * depth + "]" * depth


SINK = {"name": HOSTILE, "sink": HOSTILE, "type": HOSTILE, "state": HOSTILE, "detail": HOSTILE, "attempts": 3,
        "attempt_log": [{"number": 1, "start": HOSTILE, "outcome": HOSTILE, "code": HOSTILE, "detail": HOSTILE}, HOSTILE],
        "available": False, "unavailable_since": HOSTILE, "unavailable_reason": HOSTILE, "next_try": HOSTILE,
        "last_error": {"at": HOSTILE, "detail": HOSTILE}}
EVENT = {"id": HOSTILE, "sequence": 1, "type": HOSTILE + ".fail", "document": HOSTILE, "collection": HOSTILE,
         "endpoint": HOSTILE, "peer": HOSTILE, "accepted": HOSTILE, "sinks": [SINK]}
WHOLE = {"ready": False, "reasons": [HOSTILE, {HOSTILE: HOSTILE}], "version": HOSTILE, "sinks": [SINK],
         "events": [EVENT], "faults": [HOSTILE, [HOSTILE]], "error": HOSTILE, "requests": {HOSTILE: HOSTILE},
         "listeners": [{"address": HOSTILE, "certificate_expires": HOSTILE}], "endpoints": [{"name": HOSTILE}],
         "last_reload": {"at": HOSTILE}, "position": 1, "more": False, "last_sequence": 1, "deliveries": 1,
         "orphans": [SINK, HOSTILE], "warnings": [HOSTILE, [HOSTILE]], "dead_letters": HOSTILE}
ANSWERS = {
    "strings": json.dumps(WHOLE),
    "raw": json.dumps(WHOLE, ensure_ascii=False),
    "not-utf-8": '{"ready":false,"reasons":["\udcff"],"error":"\udcff","faults":["\udcff"]}',
    "types": json.dumps({"ready": "x", "sinks": 3, "events": [{"type": 7, "sequence": "x", "json": 1, "sinks": 2}],
                         "position": "x", "more": 3, "last_sequence": [], "deliveries": {}, "error": 5, "faults": 1}),
    "members": json.dumps({"ready": True, "events": [1, None, []], "sinks": [1, None, "x"], "faults": {}}),
    "numbers": '{"ready":true,"uptime_seconds":-1,"pid":1e300,"journal":{"size_bytes":-9,"max_size_bytes":0.5}}',
    "deep": f'{{"ready":true,"events":[{{"x":{deep(300_000)}}}],"sinks":[{deep(300_000)}],"faults":[{deep(300_000)}]}}',
    "endless": json.dumps({"events": [], "position": 0, "more": True, "last_sequence": 5, "deliveries": 1}),
    "circle": json.dumps({"events": [], "position": 7, "more": True, "last_sequence": 5, "deliveries": 1}),
    "null": "null", "empty": "", "text": "x" + HOSTILE,
}


@pytest.fixture
def stranger(tmp_path):
    """A control socket; `say(status, body)` sets what it answers to everything, or to targets that end so."""
    path = tmp_path / "admin.sock"
    answers = {}
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen(16)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                asked, _ = listening.accept()
                with asked, contextlib.suppress(OSError):
                    target = asked.recv(65536).split(b" ")[1].decode()
                    asked.sendall(next(answer for end, answer in answers.items() if target.endswith(end)))

    def say(status, body, end=""):
        body = body.encode(errors="surrogateescape")
        answers[end] = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body

    threading.Thread(target=serve, daemon=True).start()
    yield path, say
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nothing_that_a_stranger_answers_steers_a_terminal_or_a_command(stranger, words):
    path, say = stranger
    for status in (200, 422):
        for kind, body in ANSWERS.items():
            say(status, body)
            told = subprocess.run([binary(), *words, "--socket", path], capture_output=True, timeout=20)
            output = (told.stdout + told.stderr).decode()
            assert not STEERS.search(output), (kind, status, output)
            assert not re.search("^2026 FAKE", output, re.MULTILINE), (kind, status, output)
            assert told.returncode in (0, 1, 69, 78, 124), (kind, status, told.returncode, output)


@pytest.mark.parametrize("words, shown", [
    (["status"], lambda told: told["reasons"][0]), (["sinks"], lambda told: told["detail"]),
    (["events", "list"], lambda told: told["document"]), (["events", "show", "x"], lambda told: told["peer"])],
    ids=["status", "sinks", "list", "show"])
def test_json_for_programs_has_every_value_whole(stranger, words, shown):
    path, say = stranger
    for kind in ("strings", "raw"):
        say(200, ANSWERS[kind])
        told = subprocess.run([binary(), *words, "--json", "--socket", path], capture_output=True, text=True)
        lines = told.stdout.splitlines()
        assert len(lines) == 1 or words == ["sinks"], "sinks that are not configured have lines, too"
        assert shown(json.loads(lines[0])) == HOSTILE


@pytest.mark.parametrize("words", [["status"], ["sinks", "--json"], ["events", "list"], ["wait", "--document", "x"]],
                         ids=" ".join)
def test_an_answer_that_is_too_large_is_an_error_and_never_cut(stranger, words):
    path, say = stranger
    say(200, json.dumps({"ready": True, "sinks": [], "events": []}) + " " * (16 << 20))
    told = subprocess.run([binary(), *words, "--socket", path], capture_output=True, text=True)
    assert told.returncode == 69 and "more than 16 MiB" in told.stderr and told.stdout == ""


def test_a_body_that_no_daemon_can_have_is_an_error_and_never_cut(stranger):
    path, say = stranger
    say(200, "x" * ((256 << 20) + 1), end="/body")
    say(200, json.dumps({"events": [EVENT], "position": 1, "more": False}))
    told = subprocess.run([binary(), "events", "show", "1", "--body", "--socket", path], capture_output=True, text=True)
    assert told.returncode == 69 and "more than 256 MiB" in told.stderr and "xxx" not in told.stdout
