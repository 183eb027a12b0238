# SPDX-License-Identifier: MIT
"""The metrics as the real Prometheus sees them, and that what is shipped for it asks for metrics that exist."""

import json
import re
import socket
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

from harness import Daemon, success_event, until
from harness.admin import ask, tcp_socket, unix_socket


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, certificates):
    made = Daemon(tmp_path_factory.mktemp("daemon"), certificates)
    made.configuration["admin"]["address"] = "127.0.0.1:0"
    with made as running:
        assert running.send(success_event()).status == 204
        yield running


@pytest.fixture(scope="module")
def prometheus(daemon, tmp_path_factory):
    """Asks a Prometheus that scrapes the daemon: a query in, [(labels, value)] out."""
    directory = tmp_path_factory.mktemp("prometheus")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = "{}:{}".format(*probe.getsockname())
    target = "{}:{}".format(*tcp_socket(daemon).endpoint)
    (directory / "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [{"job_name": "hookd", "static_configs": [{"targets": [target]}]}]}))
    with open(directory / "log", "wb") as log:
        process = subprocess.Popen(
            ["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
             f"--web.listen-address={address}"], stdout=log, stderr=log)

    def query(expression):
        url = f"http://{address}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                found = json.load(answer)["data"]["result"]
        except OSError:
            assert process.poll() is None, (directory / "log").read_text()
            return []
        return [(each["metric"], float(each["value"][1])) for each in found]

    yield query
    process.terminate()
    process.wait()


def test_promtool_finds_nothing_wrong(daemon):
    told = ask(unix_socket(daemon), "/metrics").body
    checked = subprocess.run(["promtool", "check", "metrics"], input=told, capture_output=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_prometheus_scrapes_the_daemon(prometheus):
    until(lambda: prometheus("hookd_events_accepted_total == 1"), "a scrape")
    assert [value for _, value in prometheus("up")] == [1]
    assert [value for _, value in prometheus("hookd_ready")] == [1]
    [(_, median)] = prometheus("histogram_quantile(0.5, hookd_commit_duration_seconds_bucket)")
    assert 0 < median < 10


def test_what_is_shipped_for_prometheus_and_grafana_asks_only_for_metrics_that_exist(daemon):
    told = ask(unix_socket(daemon), "/metrics").body.decode()
    series = set(re.findall(r"^([a-z_]+)", told, re.MULTILINE))
    shipped = sorted((ROOT / "config" / "monitoring").glob("*"))
    for path in shipped:
        asked = set(re.findall(r"\bhookd_[a-z_]+", path.read_text()))
        assert asked <= series, path
