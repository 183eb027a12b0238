# SPDX-License-Identifier: MIT
"""The image of the unmodified Dockerfile, built and run without a Docker engine."""

import json
import os
import re
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from harness import Connection, success_event
from harness.daemon import Listener
from harness.signing import post, signature_headers
from machine import debian
from machine.container import STATE, USER, Container
from machine.podman import limits, podman

MOST_MEGABYTES = 110
HOOK = """
[[listener]]
address = "127.0.0.1:8080"
[[endpoint]]
name = "colivara"
path = "/webhooks/colivara"
secrets = [{ file = "/run/secrets/webhook-secret" }]
[[sink]]
name = "hook"
type = "exec"
shell = "setsid sleep 0.3 </dev/null >/dev/null 2>&1 & echo $! >/tmp/orphan"
"""


@pytest.fixture
def volume(image):
    name = f"hookd-{os.getpid()}"
    podman("volume", "create", name)
    yield name
    podman("volume", "rm", "-f", name)


@pytest.fixture
def container(image, tmp_path, volume):
    with Container(image, tmp_path, volume) as running:
        yield running


@pytest.fixture
def tree(image):
    """The image's files."""
    yield Path(podman("image", "mount", image).stdout.strip())
    podman("image", "unmount", image)


def configured(image):
    return json.loads(podman("image", "inspect", image).stdout)[0]


def test_the_image_is_small(image):
    size = configured(image)["Size"] // 1_000_000
    base = json.loads(podman("image", "inspect", f"docker.io/library/debian:{debian.release()}-slim").stdout)[0]["Size"]
    print(f"the image has {size} MB, {base // 1_000_000} MB of them Debian's")
    assert size <= MOST_MEGABYTES


def test_the_image_has_what_engines_ask_for(image):
    found = configured(image)
    assert found["Config"]["User"] == f"{USER}:{USER}"
    assert found["Config"]["StopSignal"] in ("SIGTERM", "15")
    assert set(found["Config"]["ExposedPorts"]) == {"8080/tcp", "8443/tcp", "9464/tcp"}
    assert list(found["Config"]["Volumes"]) == [STATE]
    assert found["Config"]["Entrypoint"][0] == "/usr/bin/tini"
    assert found["Healthcheck"]["Test"] == ["CMD", "/usr/bin/colivara-hookd", "status"]


def test_the_image_holds_no_compiler_no_package_lists_and_no_name_of_a_mirror(tree):
    assert not list(tree.glob("usr/bin/*clang*")) + list(tree.glob("usr/bin/*g++*"))
    assert [each for each in tree.glob("var/lib/apt/lists/*") if each.is_file()] == []
    mirrors = {host for each in debian.sources() for host in re.findall(r"https?://([^/\s]+)", each.read_text())}
    pattern = "\n".join(mirrors)
    found = subprocess.run(["grep", "-rlF", "-e", pattern, *(tree / each for each in ("etc", "usr/bin", "var"))],
                           capture_output=True, text=True)
    assert found.stdout == ""


def test_nothing_in_the_image_is_writable_for_others(tree):
    found = subprocess.run(["find", tree, "-xdev", "-perm", "-0002", "(", "-type", "f", "-o", "-type", "d", ")",
                            "!", "-perm", "-1000"], capture_output=True, text=True)
    assert found.stdout == ""


def test_it_runs_without_root_capabilities_and_writable_files(container):
    status = Path(f"/proc/{container.daemon()}/status").read_text()
    assert re.search(rf"^Uid:\t{USER}\t", status, re.MULTILINE)
    assert re.search(r"^CapEff:\t0+$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
    assert container.exec("sh", "-c", ": >/etc/x", check=False).returncode != 0
    assert container.send().returncode == 0
    container.wait(lambda: len(container.events()) == 1, "the event on standard output")


def test_the_health_check_passes_and_fails_with_the_daemon(container):
    container.wait(container.health, "health")
    os.kill(container.daemon(), signal.SIGSTOP)
    assert not container.health()
    os.kill(container.daemon(), signal.SIGCONT)
    container.wait(container.health, "health again")


def test_term_lets_a_request_end_and_the_exit_code_is_0(container):
    body = success_event()
    request = post(body, signature_headers(container.secret, body))
    with container.network():
        connection = Connection(Listener("127.0.0.1:8080", False))
    connection.send(request[:-10])
    stopping = threading.Thread(target=podman, args=("stop", "-t", "30", container.name))
    stopping.start()
    container.wait(lambda: "draining" in container.log(), "the drain")
    connection.send(request[-10:])
    assert connection.response().status == 204
    connection.close()
    stopping.join()
    assert container.inspect(".State.ExitCode") == "0"


def test_a_reload_signal_reaches_the_daemon(container):
    podman("kill", "-s", "HUP", container.name)
    container.wait(lambda: re.search("SIGHUP|reload", container.log()), "the signal in the log")
    assert container.send().returncode == 0


def test_what_hooks_leave_behind_is_reaped(image, tmp_path, volume):
    with Container(image, tmp_path, volume, configuration=HOOK) as container:
        assert container.send().returncode == 0
        container.wait(lambda: container.exec("cat", "/tmp/orphan", check=False).stdout.strip(), "the hook")
        container.wait(lambda: sorted(name for name, _ in container.processes().values()) == ["colivara-hookd", "tini"],
                       "nothing but the daemon and process 1")


def test_the_journal_on_a_volume_survives_the_container(image, tmp_path, volume):
    with Container(image, tmp_path, volume) as first:
        assert first.send("upsert.success", "--count", "3").returncode == 0
        first.wait(lambda: len(first.events()) == 3, "three events")
        os.kill(first.daemon(), signal.SIGKILL)
    with Container(image, tmp_path, volume, secret=first.secret) as second:
        assert second.send().returncode == 0
        second.wait(lambda: "4" in [event["sequence"] for event in second.events()], "the fourth event")


def test_without_a_secret_it_says_what_is_missing_and_ends(image, volume):
    done = podman("run", "--rm", "--network", "none", "--read-only", *limits(), image, check=False)
    assert done.returncode == 78
    assert "/etc/colivara-hookd/colivara-hookd.toml:" in done.stderr and "cannot be read" in done.stderr
