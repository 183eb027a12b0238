# SPDX-License-Identifier: MIT
"""Requests to a daemon's admin server."""

import contextlib
import json
import re

from .client import Connection
from .waiting import until

_SERIES = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^{}]*\})?) (\S+)')


class Socket:
    """Takes the place of a listener: see Connection."""
    tls = False

    def __init__(self, address):
        self.address = address

    @property
    def endpoint(self):
        host, _, port = self.address.rpartition(":")
        return host, int(port)


def unix_socket(daemon):
    return Socket(f"unix:{daemon.configuration['admin']['socket']}")


def tcp_socket(daemon):
    """The actual `admin.address`; the daemon must be configured with one."""
    return Socket(re.findall(r"administration on ([0-9.]+:[0-9]+) ", daemon.log())[-1])


def routes(daemon):
    """[{"method", "path", "access", "help"}]: all of the admin server, as it lists them itself."""
    answer = ask(unix_socket(daemon), "/v1")
    assert answer.status == 200
    return json.loads(answer.body)["routes"]


def ask(socket, path, method="GET", connection=None, host="localhost"):
    """One request and its response; on a new connection, or on `connection`."""
    with contextlib.nullcontext(connection) if connection else Connection(socket) as used:
        used.send(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode())
        answer = used.response(to_head=method == "HEAD")
        assert answer is not None, "the connection was closed without an answer"
        return answer


def status(daemon):
    answer = ask(unix_socket(daemon), "/v1/status")
    assert answer.status == 200
    return json.loads(answer.body)


def metrics(daemon, connection=None):
    """{series as written: value}; every line must be one, without duplicates."""
    answer = ask(unix_socket(daemon), "/metrics", connection=connection)
    assert answer.status == 200
    found = {}
    for line in answer.body.decode().splitlines():
        if line.startswith("#"):
            continue
        series, value = _SERIES.fullmatch(line).groups()
        assert series not in found, f"{series} twice"
        found[series] = float(value)
    return found


def wait_for_metric(daemon, series, condition, connection=None):
    """Waits until the series' value meets the condition; returns the value."""
    seen = []

    def met():
        seen.append(metrics(daemon, connection)[series])
        return condition(seen[-1])

    until(met, lambda: f"{series}, which is {seen[-1]}")
    return seen[-1]
