# SPDX-License-Identifier: MIT
"""The servers that are measured, each as processes of ours."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = "/webhooks/colivara"
BODY_SIGNATURE = "x-signature"  # what Debian's webhook can verify: an HMAC of the body alone

NGINX = """
daemon off;
worker_processes {threads};
worker_rlimit_nofile 20000;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log warn;
events {{ worker_connections 12000; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_max_body_size 1m;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    ssl_protocols TLSv1.2 TLSv1.3;
    server {{
        listen 127.0.0.1:{http} reuseport backlog=4096;
        location = {target} {{ return 204; }}
    }}
    server {{
        listen 127.0.0.1:{ecdsa} ssl reuseport backlog=4096;
        ssl_certificate {keys}/ecdsa.crt;
        ssl_certificate_key {keys}/ecdsa.key;
        location = {target} {{ return 204; }}
    }}
    server {{
        listen 127.0.0.1:{rsa} ssl reuseport backlog=4096;
        ssl_certificate {keys}/rsa.crt;
        ssl_certificate_key {keys}/rsa.key;
        location = {target} {{ return 204; }}
    }}
}}
"""

HOOKD = """
[server]
header_timeout = "60s"
max_connections = 16384
max_connections_per_address = 16384
{server}[[listener]]
address = "127.0.0.1:{http}"
[[listener]]
address = "127.0.0.1:{ecdsa}"
tls = {{ certificate = "{keys}/ecdsa.crt", private_key = "{keys}/ecdsa.key" }}
[[listener]]
address = "127.0.0.1:{rsa}"
tls = {{ certificate = "{keys}/rsa.crt", private_key = "{keys}/rsa.key" }}
[[endpoint]]
name = "colivara"
path = "{target}"
secrets = [{{ file = "{secret}" }}]
[journal]
path = "{journal}"
[admin]
socket = "{directory}/admin.sock"
address = ""
{sinks}"""
FILE_SINK = """[[sink]]
name = "sink-{number}"
type = "file"
path = "{directory}/sink-{number}"
events = ["{events}"]
"""

# It knows no `svix-signature`: it verifies an HMAC of the body, and then starts a command for each request, which is
# what it is for. `{mismatch}` is a rule that nothing meets: with it the HMAC is verified all the same, and no command
# starts.
WEBHOOK = """[{{
  "id": "colivara", "execute-command": "/bin/true", "success-http-response-code": 204,
  "trigger-rule-mismatch-http-response-code": 204,
  "trigger-rule": {{ "and": [
    {{ "match": {{ "type": "payload-hmac-sha256", "secret": "{secret}",
                   "parameter": {{ "source": "header", "name": "{header}" }} }} }}{mismatch}
  ] }}
}}]
"""
MISMATCH = """,
    { "match": { "type": "value", "value": "nothing", "parameter": { "source": "header", "name": "User-Agent" } } }"""


def fail(message):
    print(f"bench: {message}", file=sys.stderr)
    sys.exit(2)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Server:
    """A server as a process of ours, with the CPU time and the memory of it and its children."""

    def __init__(self, name, command, ports, log, environment=None):
        self.name, self.ports, self.log = name, ports, log
        self.acknowledged = 0
        with open(log, "ab") as output:
            self.begun = time.monotonic()
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, env={**os.environ, **(environment or {})})

    def wait_until_it_listens(self):
        end = time.monotonic() + 60
        for port in self.ports.values():
            while not self._listens(port):
                if self.process.poll() is not None or time.monotonic() > end:
                    fail(f"{self.name} does not listen:\n{Path(self.log).read_text()}")
                time.sleep(0.01)
        return self

    @staticmethod
    def _listens(port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    def processes(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]

    def cpu_seconds(self):
        """User and system time of all threads of all its processes, by each process's CPU clock, whose number
        clock_getcpuclockid(3) makes so: it counts nanoseconds where /proc counts ticks. The commands that it has
        started and that have ended are only in /proc."""
        total = sum(self._ended_children(self.process.pid))
        for pid in self.processes():
            try:
                total += time.clock_gettime((~pid << 3) | 2)
            except OSError:
                pass  # a command that has just ended: its time is in the next look at /proc
        return total

    @staticmethod
    def _ended_children(pid):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return [int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in fields[13:15]]

    def memory_kib(self, field="VmRSS"):
        total = 0
        for pid in self.processes():
            total += int(re.search(rf"^{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)[1])
        return total

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def __enter__(self):
        return self.wait_until_it_listens()

    def __exit__(self, *error):
        self.stop()


class Servers:
    """Starts them, in a directory of their own."""

    def __init__(self, options, directory):
        self.options, self.directory = options, directory
        self.keys, self.secret = directory / "keys", directory / "secret"
        self.started = 0

    def _place(self, *protocols):
        self.started += 1
        place = self.directory / f"server-{self.started}"
        place.mkdir(mode=0o755)
        return place, {protocol: free_port() for protocol in protocols}

    def nginx(self):
        place, ports = self._place("http", "ecdsa", "rsa")
        (place / "nginx.conf").write_text(
            NGINX.format(directory=place, keys=self.keys, target=TARGET, threads=os.cpu_count(), **ports))
        return Server("nginx", ["nginx", "-p", place, "-c", place / "nginx.conf"], ports, place / "nginx.log")

    def daemon(self, journal=None, binary=None, name="daemon", environment=None, server="", sinks=()):
        """`sinks`: for each file sink, the pattern of the events that it takes."""
        place, ports = self._place("http", "ecdsa", "rsa")
        journal = journal or place / "journal.db"
        (place / "hookd.toml").write_text(HOOKD.format(directory=place, keys=self.keys, secret=self.secret,
                                                       journal=journal, target=TARGET, server=server, sinks="".join(
                                                           FILE_SINK.format(number=number, directory=place, events=events)
                                                           for number, events in enumerate(sinks)), **ports))
        started = Server(name, [binary or self.options.binary, "-c", place / "hookd.toml", "run"], ports,
                         place / "log", environment)
        started.journal = journal
        started.sinks = {place / f"sink-{number}": events for number, events in enumerate(sinks)}
        return started

    def without_journal(self):
        return self.daemon(binary=self.options.no_journal, name="daemon without journal")

    def node(self, kind):
        place, ports = self._place("http")
        modules = self.options.directory / "baselines/node_modules"
        command = ["node", HERE / "baselines/receiver.js", kind, ports["http"], self.secret, TARGET]
        return Server({"http": "node:http and svix", "express": "Express and svix"}[kind], command, ports,
                      place / "log", {"NODE_PATH": str(modules), "NODE_ENV": "production"})

    def webhook(self, command=True):
        place, ports = self._place("http")
        (place / "hooks.json").write_text(WEBHOOK.format(secret=self.secret.read_text().strip(), header=BODY_SIGNATURE,
                                                         mismatch="" if command else MISMATCH))
        words = ["webhook", "-hooks", place / "hooks.json", "-ip", "127.0.0.1", "-port", ports["http"],
                 "-urlprefix", TARGET.split("/")[1]]
        return Server("webhook" if command else "webhook, no command", words, ports, place / "log")
