# SPDX-License-Identifier: MIT
"""Ports of loopback for programs that cannot choose one themselves."""

import contextlib
import socket


def free_ports(count):
    """Different ones, at which nothing listens for now."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def free_port():
    return free_ports(1)[0]
