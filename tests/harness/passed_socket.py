# SPDX-License-Identifier: MIT
"""Listening sockets that the daemon inherits, as systemd passes them (sd_listen_fds(3)), and that outlive it."""

import contextlib
import os
import socket


@contextlib.contextmanager
def passed_sockets(*names):
    """The sockets, one for each name, and the keys that make a Daemon listen on those of the first name alone."""
    with contextlib.ExitStack() as open_ones:
        sockets = [open_ones.enter_context(socket.create_server(("127.0.0.1", 0), backlog=4096)) for _ in names]
        numbers = [each.fileno() for each in sockets]
        for number in numbers:
            os.set_inheritable(number, True)
        # LISTEN_PID must be the daemon's own: the shell becomes the daemon. The descriptors move up first, since one of
        # them may have a number that another needs.
        moved = "".join(f" {200 + i}<&{number}" for i, number in enumerate(numbers))
        placed = "".join(f" {3 + i}<&{200 + i}" for i in range(len(numbers)))
        last = 3 + len(numbers)
        closed = "".join(f" {number}<&-" for number in [*numbers, *range(200, 200 + len(numbers))] if number >= last)
        command = (f"exec{moved}; exec{placed}; exec{closed}; LISTEN_PID=$$ LISTEN_FDS={len(names)} "
                   f'LISTEN_FDNAMES={":".join(names)} exec "$@"')
        yield sockets, {"listeners": [{"address": f"systemd:{names[0]}"}], "wrapper": ["/bin/bash", "-c", command, "sh"],
                        "pass_fds": tuple(numbers)}


@contextlib.contextmanager
def passed_socket(name="web"):
    """One of them."""
    with passed_sockets(name) as ([passed], keys):
        yield passed, keys
