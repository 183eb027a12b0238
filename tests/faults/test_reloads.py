# SPDX-License-Identifier: MIT
"""Guarantee 11: a reload is all or nothing. Under load the configuration changes again and again; every tenth file is broken,
each time in another way, and has other settings beside: none of them may become active. Now and then the certificate
is renewed, and the next handshake has it.

HOOKD_RELOADS sets how many reloads there are (40, so that each way comes once).
"""

import itertools
import os
import random
import re
import signal
import socket
import ssl
import time

from harness import Connection
from harness.admin import metrics
from harness.certificates import replace
from harness.hooks import file_sink
from harness.load import Load, Sender

RELOADS = int(os.environ.get("HOOKD_RELOADS", "40"))
CERTIFICATES = 3
_VERDICT = r"(?m)^\S+ \w+ (reloaded|reload failed)\b.*$"

# What is broken, and how the log names the place.
BROKEN = {
    "an unknown key": (lambda c, _: c["server"].update(max_bdoy="1 MiB"), r"hookd\.toml:\d+:\d+: server\.max_bdoy: "),
    "no TOML": (lambda c, _: c["log"].update({"level =": 1}), r"hookd\.toml:\d+:\d+: "),
    "what cannot change": (lambda c, _: c["journal"].update(path="/nowhere/j.db"), r"hookd\.toml:\d+:\d+: journal\.path: "),
    "an address that is taken": (lambda c, taken: c["listener"].append({"address": taken}), r"cannot listen on 127\."),
}


def reload(daemon):
    """SIGHUP; the verdict, and what the log says about it."""
    since = len(daemon.log())
    daemon.write_configuration()
    daemon.signal(signal.SIGHUP)
    verdict = daemon.wait_for_log(_VERDICT, since)
    return verdict.group(1), daemon.log()[since:]


def current(daemon):
    """What the refused files would change."""
    told = metrics(daemon)
    return (told["hookd_journal_max_size_bytes"], sorted(name for name in told if "endpoint=" in name or "sink=" in name))


class Campaign:
    def __init__(self, make_daemon, certificates, tmp_path, **keys):
        self.directory = tmp_path
        self.files = {"certificate": tmp_path / "cert.pem", "private_key": tmp_path / "key.pem"}
        self.pairs = [certificates.issue(f"renewed-{number}") for number in range(CERTIFICATES)]
        self.renew(0)
        self.daemon = make_daemon(log={"level": "info"}, listeners=[{"address": "127.0.0.1:0"},
                                                                    {"address": "127.0.0.1:0", "tls": self.files}], **keys)
        self.daemon.start()
        self.good = self.daemon.configuration
        self.errors = []
        self.refused = self.renewed = 0

    def renew(self, number):
        for source, target in zip(self.pairs[number % CERTIFICATES], self.files.values()):
            replace(source, target)

    def run(self, reloads):
        generator, ways = random.Random(11), itertools.cycle(BROKEN.items())
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            for number in range(1, reloads + 1):
                if number % 10 == 0:
                    self.break_it(*next(ways), address)
                else:
                    self.change(generator, number)
        self.daemon.configuration = self.good

    def break_it(self, name, way, address):
        breaks, place = way
        before = current(self.daemon)
        self.daemon.configuration = {
            **self.good, "log": dict(self.good["log"]), "server": dict(self.good["server"]),
            "listener": list(self.good["listener"]), "journal": {**self.good["journal"], "max_size": "2 GiB"},
            "endpoint": [*self.good["endpoint"], self.daemon.default_endpoint("half", "/half")],
            "sink": [*self.good["sink"], file_sink(self.directory / "half.jsonl", "half")]}
        breaks(self.daemon.configuration, address)
        verdict, said = reload(self.daemon)
        self.refused += verdict == "reload failed"
        if verdict == "reloaded" or not re.search(place, said):
            self.errors.append(f"{name}: {said}")
        if current(self.daemon) != before or (self.directory / "half.jsonl").exists():
            self.errors.append(f"{name}: half of it is active")

    def change(self, generator, number):
        self.daemon.configuration = {**self.good, "server": {**self.good["server"], "max_body": f"{64 + number} KiB"}}
        if generator.random() < 0.3:
            self.daemon.configuration["sink"] = [*self.good["sink"], file_sink(self.directory / "passing.jsonl", "passing")]
        if generator.random() < 0.3:
            self.daemon.configuration["listener"] = [*self.good["listener"], {"address": "127.0.0.1:0"}]
        renewing = number % 10 == 5
        if renewing:
            self.renewed += 1
            self.renew(self.renewed)
        verdict, said = reload(self.daemon)
        if verdict != "reloaded":
            self.errors.append(said)
        if renewing and self.served() != ssl.PEM_cert_to_DER_cert(self.files["certificate"].read_text()):
            self.errors.append("the handshake behind a renewal has the old certificate")

    def served(self):
        with Connection(self.daemon.https) as connection:
            return connection.socket.getpeercert(binary_form=True)


def test_reloads_under_load_are_all_or_nothing_and_fail_no_request(make_daemon, certificates, tmp_path, capsys):
    campaign = Campaign(make_daemon, certificates, tmp_path)
    sender = Sender(campaign.daemon.secret, seed=11)
    begin = time.monotonic()
    with Load(sender, campaign.daemon.listeners) as load:
        campaign.run(RELOADS)
        load.wait_for(200)
    with capsys.disabled():
        print(f"\nreloads: {RELOADS}, refused={campaign.refused} renewed={campaign.renewed} requests={sender.requests} "
              f"failed={len(sender.errors) + sender.refused} seconds={time.monotonic() - begin:.1f}")
    assert campaign.errors == [] and campaign.refused == RELOADS // 10
    assert sender.errors == [] and sender.refused == 0
    assert sender.acknowledged == sender.bodies.keys(), "every request was answered with 204"
    campaign.daemon.wait_for_events(sender.acknowledged)


def test_half_a_reload_is_found(make_daemon, certificates, tmp_path):
    campaign = Campaign(make_daemon, certificates, tmp_path, environment={"HOOKD_FAILPOINT": "half_reload"})
    campaign.run(40)
    assert any("half of it is active" in error for error in campaign.errors), campaign.errors
