# SPDX-License-Identifier: MIT
"""The compose file's two services, started by hand: the container as the file has it, and Caddy in front."""

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest
import yaml
from harness import Connection, message_id, success_event
from harness.daemon import Listener
from harness.signing import post, signature_headers
from machine.container import Container
from machine.package import PROJECT
from machine.podman import podman

FILES = PROJECT / "config/container"
SHARED = "/run/colivara-hookd-proxy"


@pytest.fixture
def volumes(image):
    names = [f"hookd-{os.getpid()}-{each}" for each in ("journal", "socket")]
    for each in names:
        podman("volume", "create", each)
    yield names
    for each in names:
        podman("volume", "rm", "-f", each)


@pytest.fixture
def proxied(image, tmp_path, volumes):
    """(container, listener that Caddy offers)."""
    journal, shared = volumes
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    with Container(image, tmp_path, journal, configuration=(FILES / "behind-a-proxy.toml").read_text(),
                   options=["-v", f"{shared}:{SHARED}"]) as container:
        place = podman("volume", "inspect", "-f", "{{.Mountpoint}}", shared).stdout.strip()
        (tmp_path / "Caddyfile").write_text((FILES / "Caddyfile").read_text().replace(SHARED, place))
        with open(tmp_path / "caddy.log", "wb") as log:
            caddy = subprocess.Popen(
                ["caddy", "run", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile"], stderr=log,
                env={**os.environ, "HOOKD_DOMAIN": f"http://{address}", "HOME": str(tmp_path)})
        try:
            container.wait(lambda: "serving initial configuration" in (tmp_path / "caddy.log").read_text(), "Caddy")
            yield container, Listener(address, False)
        finally:
            caddy.terminate()
            caddy.wait()


def ask(listener, *pieces):
    with Connection(listener, source="127.0.0.3") as connection:
        connection.send(*pieces)
        return connection.response()


def test_an_event_comes_through_and_a_refusal_names_the_client(proxied):
    container, listener = proxied
    body, id = success_event(), message_id()
    host = listener.address
    assert ask(listener, post(body, signature_headers(container.secret, body, id), host=host)).status == 204
    container.wait(lambda: [event["id"] for event in container.events()] == [id], "the event")
    forged = post(body, [], host=host, extra=["X-Forwarded-For: 6.6.6.6", "Forwarded: for=6.6.6.6"])
    assert ask(listener, forged).status == 401
    container.wait(lambda: re.search(r"401 .*127\.0\.0\.3", container.log()), "the client's address in the log")
    assert "6.6.6.6" not in container.log()


def test_a_daemon_that_was_restarted_is_found_again(proxied):
    """502 meanwhile, which a sender repeats, with a Caddy as old as Debian's."""
    container, listener = proxied
    body = success_event()
    podman("restart", "-t", "30", container.name)
    request = post(body, signature_headers(container.secret, body), host=listener.address)

    def answer():
        status = ask(listener, request).status
        assert status in (204, 502)
        return status == 204

    container.wait(answer, "204")


def test_the_compose_file_says_what_was_tested():
    services = yaml.safe_load((FILES / "compose.yaml").read_text())["services"]
    hookd = services["hookd"]
    assert hookd["read_only"] and hookd["cap_drop"] == ["ALL"] and hookd["security_opt"] == ["no-new-privileges:true"]
    assert hookd["tmpfs"] == ["/run/colivara-hookd", "/tmp"]
    for service, file in (("hookd", "behind-a-proxy.toml"), ("proxy", "Caddyfile")):
        sources = [each.split(":")[0] for each in services[service]["volumes"]]
        assert f"./{file}" in sources and "socket" in sources
        assert Path(FILES / file).is_file()
