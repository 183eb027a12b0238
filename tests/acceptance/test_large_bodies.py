# SPDX-License-Identifier: MIT
"""Bodies larger than most: shown whole, or not without saying so; and what has no end is not read to it."""

import base64
import hashlib
import json
import random
import re
import subprocess

import pytest

from harness import message_id
from harness.daemon import binary
from harness.resident import short_quarantine

USAGE = 2
SIZE = 40 << 20


def resident(process):
    with open(f"/proc/{process.pid}/status") as told:
        return int(re.search(r"VmHWM:\s+(\d+) kB", told.read())[1]) << 10


def test_a_body_above_16_mib_is_shown_whole_online_and_offline(make_daemon):
    daemon = make_daemon(certificates=None, server={"max_body": "64 MiB"}, environment=short_quarantine())
    body, id = random.Random(1).randbytes(SIZE), message_id()

    def shown(*words):
        daemon.write_configuration()
        done = subprocess.run([binary(), "-c", daemon.configuration_path, "events", "show", id, "--body", *words],
                              capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")
        if words:
            return hashlib.sha256(base64.b64decode(json.loads(done.stdout)["body_base64"])).digest()
        return hashlib.sha256(done.stdout[done.stdout.index(b"\n\n") + 2:-1]).digest()

    wanted = hashlib.sha256(body).digest()
    with daemon:
        assert daemon.send(body, id).status == 204
        before = resident(daemon.process)
        assert shown() == wanted
        assert shown("--json") == wanted
        assert resident(daemon.process) < before + 2.5 * SIZE, "the answer is not copied"
    assert shown() == wanted


@pytest.mark.parametrize("words", [["verify", "--secret-file", "{secret}", "/dev/zero"],
                                   ["verify", "--secret-file", "{secret}"],
                                   ["verify", "--secret-file", "{secret}", "--request", "/dev/zero"],
                                   ["send", "x", "--to", "http://127.0.0.1:1/", "--secret-file", "{secret}", "--data", "-"]],
                         ids=["file", "input", "request", "send"])
def test_input_without_an_end_is_an_error(tmp_path, words):
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\n")
    with open("/dev/zero", "rb") as endless:
        told = subprocess.run([binary(), *(word.format(secret=secret) for word in words)], stdin=endless, capture_output=True, text=True, timeout=60)
    assert told.returncode == USAGE
    assert "has more than 256 MiB" in told.stderr
