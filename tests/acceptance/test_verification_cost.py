# SPDX-License-Identifier: MIT
"""What one request may cost the others, by what it takes to verify it."""

import base64
import os
import select
import subprocess
import time

import pytest

from harness import Connection, message_id, post, success_event

MIB = 1 << 20


@pytest.fixture(scope="module")
def public_key(tmp_path_factory):
    key = tmp_path_factory.mktemp("key") / "ed25519.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    der = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True)
    return "whpk_" + base64.b64encode(der.stdout[-32:]).decode()


def test_a_request_that_takes_long_to_verify_is_overtaken(make_daemon, public_key):
    """With one I/O thread: the good client is answered before the other request is."""
    daemon = make_daemon(certificates=None, server={"threads": 1, "max_body": "32 MiB"})
    daemon.configuration["endpoint"][0]["secrets"] = [daemon.secret, public_key]
    body = b"x" * (32 * MIB)
    entries = " ".join("v1a," + base64.b64encode(os.urandom(63) + bytes(1)).decode() for _ in range(16))
    headers = {"svix-id": message_id(), "svix-timestamp": str(int(time.time())), "svix-signature": entries}
    request = post(body, headers)
    with daemon, Connection(daemon.http) as dear, Connection(daemon.http) as good:
        good.send(daemon.request(success_event()))
        assert good.response().status == 204
        dear.send(request[:-1])
        good.send(daemon.request(success_event()))  # on the one thread: it has read what came before when it answers
        assert good.response().status == 204
        dear.send(request[-1:])
        good.send(daemon.request(success_event()))
        assert good.response().status == 204
        assert select.select([dear.socket], [], [], 0)[0] == [], "it is still being verified"
        assert dear.response().status == 401
