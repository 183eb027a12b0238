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
    ["status"], ["status", "--json"], ["reload"], ["sinks"], ["sinks", "--json"], ["sinks", "pause", "x"],
    ["sinks", "pause", "x", "--json"], ["events", "list"], ["events", "list", "--oldest", "--json"],
    ["events", "show", "x"], ["events", "show", "x", "--json"], ["events", "replay", "--dead", "--yes"],
    ["events", "drop", "--dead", "--dry-run"], ["wait", "--document", "x", "--timeout", "1ms"],
    ["wait", "--document", "x", "--timeout", "1ms", "--json"],
]


def deep(depth):
    return "[" * depth + "]" * depth


SINK = {"name": HOSTILE, "sink": HOSTILE, "type": HOSTILE, "state": HOSTILE, "detail": HOSTILE, "attempts": 3}
EVENT = {"id": HOSTILE, "sequence": 1, "type": HOSTILE + ".fail", "document": HOSTILE, "collection": HOSTILE,
         "endpoint": HOSTILE, "peer": HOSTILE, "accepted": HOSTILE, "sinks": [SINK]}
WHOLE = {"ready": False, "reasons": [HOSTILE, {HOSTILE: HOSTILE}], "version": HOSTILE, "sinks": [SINK],
         "events": [EVENT], "faults": [HOSTILE, [HOSTILE]], "error": HOSTILE, "requests": {HOSTILE: HOSTILE},
         "listeners": [{"address": HOSTILE, "certificate_expires": HOSTILE}], "endpoints": [{"name": HOSTILE}],
         "last_reload": {"at": HOSTILE}, "position": 1, "more": False, "last_sequence": 1, "deliveries": 1}
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
    """A control socket; `say(status, body)` sets what it answers to everything."""
    path = tmp_path / "admin.sock"
    answer = [b""]
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen(16)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                asked, _ = listening.accept()
                with asked, contextlib.suppress(OSError):
                    asked.recv(65536)
                    asked.sendall(answer[0])

    def say(status, body):
        body = body.encode(errors="surrogateescape")
        answer[0] = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body

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
        assert len(told.stdout.splitlines()) == 1
        assert shown(json.loads(told.stdout)) == HOSTILE
