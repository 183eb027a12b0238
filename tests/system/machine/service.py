# SPDX-License-Identifier: MIT
"""The packaged service in a booted machine: its configuration, its life, its events."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

from harness import new_secret, until
from harness.configuration import to_toml

from . import package

UNIT = "colivara-hookd.service"
SOCKET = "colivara-hookd.socket"
CONFIGURATION = "/etc/colivara-hookd/colivara-hookd.toml"
SECRET = "/etc/colivara-hookd/webhook-secret"
EVENTS = "/var/log/colivara-hookd/events.jsonl"
_TESTS = Path(__file__).resolve().parents[2]


class Service:
    """Installs the package into `machine`, and gives it a secret, a certificate and a configuration: HTTPS on port
    8443 of 127.0.0.1, one file sink. What is changed in `configuration` counts from the next `write`."""

    def __init__(self, machine, certificates):
        self.machine = machine
        self.certificates = certificates
        self.secret = new_secret()
        self.secret_file = machine.layer / "secret"
        self.secret_file.touch(mode=0o600)
        self.secret_file.write_text(self.secret)
        machine.run("dpkg", "-i", "/var/tmp/hookd.deb")
        machine.write(SECRET, self.secret, "640", "root:colivara-hookd")
        self.write_certificate(certificates.certificate, certificates.private_key)
        self.configuration = {
            "listener": [{"address": "127.0.0.1:8443", "tls": {
                "certificate": "/etc/colivara-hookd/tls/fullchain.pem",
                "private_key": "/etc/colivara-hookd/tls/privkey.pem"}}],
            "endpoint": [{"name": "colivara", "path": "/webhooks/colivara", "secrets": [{"file": SECRET}]}],
            "sink": [{"name": "events", "type": "file", "path": EVENTS}],
        }

    # Files

    def write(self):
        self.machine.write(CONFIGURATION, to_toml(self.configuration))

    def write_certificate(self, certificate, key):
        for source, name in ((certificate, "fullchain.pem"), (key, "privkey.pem")):
            self.machine.write(f"/etc/colivara-hookd/tls/{name}", Path(source).read_text(), "640", "root:colivara-hookd")

    def add_hook(self, name, lines, **keys):
        path = f"/etc/colivara-hookd/hooks/{name}"
        self.machine.write(path, f"#!/bin/sh\n{lines}\n", "755")
        self.configuration["sink"].append({"name": name, "type": "exec", "command": [path], **keys})

    @contextlib.contextmanager
    def drop_in(self, *lines):
        """Settings of the unit for the length of the block."""
        path = f"/etc/systemd/system/{UNIT}.d/test.conf"
        self.machine.write(path, "\n".join(lines) + "\n")
        self.machine.systemctl("daemon-reload")
        try:
            yield
        finally:
            self.machine.run("rm", path)
            self.machine.systemctl("daemon-reload")

    # Life

    def restart(self):
        self.write()
        self.machine.systemctl("restart", UNIT)

    def stop(self):
        self.machine.systemctl("stop", SOCKET, UNIT)

    def main_process(self):
        return int(self.machine.property(UNIT, "MainPID"))

    def active(self):
        return self.machine.property(UNIT, "ActiveState") == "active"

    # Events

    def send(self, type="upsert.success", *options, port=8443):
        """Sends events with the daemon's own command from outside the machine; its end."""
        return subprocess.run(
            self.machine.outside(package.binary(), "send", type, "--secret-file", self.secret_file, "--cacert", self.certificates.authority, *options,
                                 "--to", f"https://localhost:{port}/webhooks/colivara"),
            capture_output=True, text=True)

    def load(self):
        """A sender that goes on until its standard input is closed: see load.py."""
        return subprocess.Popen(
            self.machine.outside("env", f"PYTHONPATH={_TESTS}", sys.executable, Path(__file__).with_name("load.py"),
                                 "127.0.0.1", 8443, self.certificates.authority, self.secret_file),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def events(self, path=EVENTS):
        lines = self.machine.run("cat", path, check=False).stdout.splitlines()
        return [json.loads(line) for line in lines]

    def wait(self, condition, what, deadline=30.0):
        return until(condition, lambda: f"{what}; the journal:\n{self.machine.journal(UNIT)[-3000:]}", deadline)

    def wait_for_file(self, path):
        """Its contents, once there is any."""
        return self.wait(lambda: self.machine.run("cat", path, check=False).stdout, path)

