"""A listening socket that the daemon inherits, as systemd passes it (sd_listen_fds(3)), and that outlives it."""

import contextlib
import os
import socket


@contextlib.contextmanager
def passed_socket(name="web"):
    """The socket, and the keys that make a Daemon listen on it alone."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as passed:
        os.set_inheritable(passed.fileno(), True)
        # LISTEN_PID must be the daemon's own: the shell becomes the daemon.
        command = f'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES={name} exec "$@" 3<&{passed.fileno()}'
        yield passed, {"listeners": [{"address": f"systemd:{name}"}], "wrapper": ["/bin/bash", "-c", command, "sh"],
                       "pass_fds": (passed.fileno(),)}
