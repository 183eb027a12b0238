# SPDX-License-Identifier: MIT
"""nginx and HAProxy as servers of their own on loopback, each reading a whole request before it says 204, and what
becomes of raw bytes there."""

import re
import socket
import subprocess

from harness.waiting import until
from proxies import free_port, program

_STATUS = re.compile(rb"HTTP/1\.[01] ([2-5][0-9][0-9]) ")


class Server:
    """`start` writes the configuration and waits until the port is served."""

    def __init__(self, directory):
        self.directory = directory
        self.port = free_port()

    def __enter__(self):
        file = self.directory / "configuration"
        file.write_text(self.configuration())
        with open(self.directory / "log", "wb") as log:
            self.process = subprocess.Popen(self.command(file), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self._listens, lambda: (self.directory / "log").read_text())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def _listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
        except ConnectionRefusedError:
            return False
        return True

    def statuses(self, request):
        """Of all answers until it closes."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), 30) as connection:
            try:
                connection.sendall(request)
                while got := connection.recv(65536):
                    received += got
            except ConnectionError:
                pass
        return tuple(int(status) for status in _STATUS.findall(received))


class Nginx(Server):
    """A proxy in front of itself: so it reads bodies before it answers."""

    def configuration(self):
        temporary = "".join(f"{kind}_temp_path {self.directory}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""daemon off;
master_process off;
pid {self.directory}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    {temporary}
    client_header_timeout 5s;
    client_body_timeout 5s;
    server {{
        listen 127.0.0.1:{self.port};
        location / {{ proxy_pass http://unix:{self.directory}/origin.sock; }}
    }}
    server {{
        listen unix:{self.directory}/origin.sock;
        location / {{ return 204; }}
    }}
}}
"""

    def command(self, file):
        return [program("nginx", "nginx-light"), "-e", "stderr", "-c", file]


class Haproxy(Server):
    def configuration(self):
        return f"""defaults
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
    timeout http-request 5s
frontend strict
    bind 127.0.0.1:{self.port}
    http-request wait-for-body time 5s
    http-request return status 204
"""

    def command(self, file):
        return [program("haproxy", "haproxy"), "-db", "-f", file]
