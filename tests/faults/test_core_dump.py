# SPDX-License-Identifier: MIT
"""Guarantee 14, the dumps: no core dump of the daemon holds a secret. Neither the one that the
kernel writes nor one by a debugger has the webhook's secret or the certificate's key, wherever OpenSSL has used it."""

import base64
import re
import signal
import subprocess

import pytest

from harness import exchange, success_event
from harness.core_dump import memory


def key_of(certificates):
    """The number that is the private key."""
    shown = subprocess.run(["openssl", "pkey", "-in", certificates.private_key, "-text", "-noout"], check=True,
                           capture_output=True, text=True).stdout
    return bytes.fromhex(re.sub(r"[\s:]", "", re.search(r"priv:\n([\s0-9a-f:]+)pub", shown)[1]))


def secrets(daemon):
    text = daemon.secret.removeprefix("whsec_")
    number = key_of(daemon.certificates)
    lines = daemon.certificates.private_key.read_text().split("\n")[1:3]
    return {"the secret's text": text.encode(), "the secret's bytes": base64.b64decode(text),
            "the key's number": number, "the key's number, as OpenSSL has it": number[::-1],
            **{f"line {at} of the key's file": line.encode() for at, line in enumerate(lines, 1)}}


def found(daemon):
    """What a core dump holds, and what the memory beside it does."""
    wanted, seen = secrets(daemon), {True: set(), False: set()}
    for dumped, piece in memory(daemon.process):
        seen[dumped] |= {name for name, value in wanted.items() if value in piece}
    return seen[True], seen[False]


@pytest.fixture
def used(make_daemon, tmp_path):
    """A daemon whose secrets have been used, and read again by a reload."""
    daemon = make_daemon(wrapper=["prlimit", "--core=unlimited"])
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(daemon.secret)
    daemon.configuration["endpoint"][0]["secrets"] = [{"file": secret}]
    daemon.start()
    for _ in range(2):
        for where in daemon.listeners:
            assert exchange(where, daemon.request(success_event())).status == 204
        assert daemon.run("reload").returncode == 0
    return daemon


def test_what_a_debuggers_core_dump_would_hold_has_no_secret_in_it(used):
    dumped, beside = found(used)
    assert dumped == set()
    assert beside >= {"the secret's text", "the key's number, as OpenSSL has it"}, "they are seen"


def test_the_kernels_core_dump_has_no_secret_in_it(used):
    used.signal(signal.SIGQUIT)
    assert used.wait() == -signal.SIGQUIT
    cores = list(used.directory.glob("core*"))
    if not cores:
        pytest.skip("this system does not write core dumps where a process works")
    dumped = cores[0].read_bytes()
    assert used.http.address.encode() in dumped, "it is the daemon's"
    assert {name for name, value in secrets(used).items() if value in dumped} == set()
