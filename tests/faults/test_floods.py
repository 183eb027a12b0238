# SPDX-License-Identifier: MIT
"""Guarantee 16: nothing that a peer sends holds a thread. One connection floods a daemon with a single I/O thread, in one
of eleven ways, over TCP or TLS; a good client beside it is served in time, and a stop ends.

HOOKD_FLOODS_SECONDS sets how long each flood lasts (2). HOOKD_FLOODS_NGINX=1, where nginx is installed, floods it in turn
with the daemon: the worst that happens to the good client must be at most twice nginx's.
"""

import os
import shutil
import socket
import subprocess
import time

import pytest

from harness import Daemon, Listener, success_event, until
from harness.admin import ask, unix_socket
from harness.flood import OVER_TLS, PLAIN, WITHOUT_DATA, Flood
from harness.good_client import GoodClient
from harness.resident import sanitizer

SECONDS = float(os.environ.get("HOOKD_FLOODS_SECONDS", "2"))
WITH_NGINX = os.environ.get("HOOKD_FLOODS_NGINX") == "1"
WINDOWS = 5
WORST = 0.100 * (4 if sanitizer() else 1)
TIMES_NGINX, MARGIN = 2, 0.005
SERVER = {"threads": 1, "body_timeout": "5s", "drain_timeout": "5s"}


def flooded(daemon, kind):
    return daemon.https if kind in OVER_TLS else daemon.http


def worst_beside(kind, listener, good):
    """The good client's longest wait while a flood lasts, and the flood's report."""
    with Flood(kind, listener, SECONDS) as flood:
        worst = 0.0
        while flood.lasts():
            worst = max(worst, good.timed())
        return worst, flood.report()


def alone(good):
    return max(good.timed() for _ in range(50))


@pytest.fixture(scope="module")
def single(tmp_path_factory, certificates):
    with Daemon(tmp_path_factory.mktemp("single"), certificates, server=SERVER, log={"level": "info"}) as running:
        yield running


@pytest.mark.parametrize("kind", [*PLAIN, *OVER_TLS])
def test_a_flood_on_one_connection_delays_nobody_else(single, capsys, kind):
    with GoodClient(single, flooded(single, kind)) as good:
        before, beside = alone(good), []
        while len(beside) < WINDOWS:  # other work on the machine passes, the flood stays
            worst, (connections, longest, megabytes) = worst_beside(kind, flooded(single, kind), good)
            beside.append(worst)
            if worst < WORST + before:
                break
    with capsys.disabled():
        print(f"\nflood {kind}: {connections} connections, {megabytes} MB, longest {longest} s; good client's worst: alone"
              f" {before * 1000:.1f} ms, beside it {'/'.join(f'{each * 1000:.1f}' for each in beside)} ms")
    assert good.statuses == {204}
    assert beside[-1] < WORST + before
    if kind in WITHOUT_DATA:
        assert longest < SECONDS / 2, "a connection that brings no data is closed"


def test_a_flood_holds_up_neither_health_nor_a_stop(make_daemon):
    daemon = make_daemon(server=SERVER).start()
    with Flood("tls-key-updates", daemon.https, 60), Flood("tiny-chunks", daemon.http, 60):
        daemon.wait_for_log("closed a connection: more than 32 TLS records without data; client=127.0.0.1")
        assert ask(unix_socket(daemon), "/healthz").status == 200
        began = time.monotonic()
        daemon.stop()
        assert time.monotonic() - began < 5 + 3


def test_a_thread_that_a_peer_holds_is_found(make_daemon):
    daemon = make_daemon(server=SERVER, environment={"HOOKD_FAILPOINT": "no_record_limit"}).start()
    with GoodClient(daemon, daemon.https) as good:
        before = alone(good)
        worst, (_, longest, _) = worst_beside("tls-key-updates", daemon.https, good)
        assert longest > SECONDS / 2
        assert worst > WORST + before


NGINX = """
daemon off;
worker_processes 1;
pid {directory}/pid;
error_log {directory}/log crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_max_body_size 1m;
    client_body_timeout 5s;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    server {{ listen 127.0.0.1:{behind}; return 204; }}
    server {{
        listen 127.0.0.1:{http};
        listen 127.0.0.1:{https} ssl;
        location = /webhooks/colivara {{ proxy_pass http://127.0.0.1:{behind}; }}
        location / {{ return 404; }}
    }}
}}
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="module")
def nginx(tmp_path_factory, certificates):
    """Its listeners: it reads whole requests, as the daemon does, before it hands them on."""
    if not WITH_NGINX:
        pytest.skip("only with HOOKD_FLOODS_NGINX=1")
    directory = tmp_path_factory.mktemp("nginx")
    os.chmod(directory, 0o755)
    http, https, behind = free_ports(3)
    configuration = directory / "nginx.conf"
    configuration.write_text(NGINX.format(directory=directory, http=http, https=https, behind=behind,
                                          certificate=certificates.certificate, key=certificates.private_key))
    process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-p", directory, "-c", configuration])
    until(lambda: listens(https), "nginx")
    yield [Listener(f"127.0.0.1:{http}", False), Listener(f"127.0.0.1:{https}", True, certificates.client_context())]
    process.terminate()
    process.wait()


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.parametrize("kind", [*PLAIN, *OVER_TLS])
def test_a_flood_costs_others_at_most_twice_what_it_costs_those_of_nginx(nginx, single, capsys, kind):
    ours, theirs = flooded(single, kind), nginx[kind in OVER_TLS]
    request = single.request(success_event())  # the daemon's answer to its repeats needs no disk, as nginx's needs none
    waits = {"daemon": [], "nginx": []}
    with GoodClient(single, ours, lambda: request) as good, GoodClient(single, theirs, lambda: request) as other:
        for _ in range(3):  # in turn: the machine's other work is in both
            waits["daemon"].append(worst_beside(kind, ours, good)[0])
            waits["nginx"].append(worst_beside(kind, theirs, other)[0])
    assert good.statuses == other.statuses == {204}
    with capsys.disabled():
        print(f"\nflood {kind}: a good client's worst in ms:",
              {name: "/".join(f"{each * 1000:.1f}" for each in some) for name, some in waits.items()})
    assert min(waits["daemon"]) <= TIMES_NGINX * min(waits["nginx"]) + MARGIN
