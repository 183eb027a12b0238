# SPDX-License-Identifier: MIT
"""The proxies of config/proxy as processes. Each is started with the shipped file; what is replaced in it is in its
class: the addresses and ports, the certificate's paths, and what a machine's own installation would bring."""

import os
import re
import shutil
import socket
import subprocess
import tomllib
from pathlib import Path

from harness.daemon import Listener
from harness.waiting import until

EXAMPLES = Path(__file__).resolve().parents[2] / "config" / "proxy"
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def program(name, package):
    """The program's path; installed first where it is missing."""
    if shutil.which(name, path=PATH) is None:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
                       check=True, env=environment)
    return shutil.which(name, path=PATH)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listeners_in(text):
    """The [[listener]]s that an example's comments tell one to configure."""
    blocks = re.findall(r"^#     \[\[listener\]\]\n((?:^#     .*\n)+)", text, re.MULTILINE)
    return [tomllib.loads(re.sub(r"^# +", "", block, flags=re.MULTILINE)) for block in blocks]


class Proxy:
    """One of them in front of a daemon's listener: `over` says which, a Unix socket or a port (or TLS to the end)."""

    example = ""
    program = ()  # name, package
    over = ("unix", "port")
    end_to_end = False  # TLS ends at the daemon

    def __init__(self, directory, certificates, over):
        self.directory = Path(directory)
        self.certificates = certificates
        self.how = over
        self.shipped = (EXAMPLES / self.example).read_text()
        self.port = free_port()
        self.backend = free_port()
        self.socket = self.directory / "http.sock"
        self.bundle = self.directory / "bundle.pem"
        self.bundle.touch(mode=0o600)
        self.bundle.write_text(certificates.certificate.read_text() + certificates.private_key.read_text())
        self.file = self.directory / self.example
        self.process = None
        self.binary = program(*self.program)

    def listener(self):
        """What the daemon is to have, as the example says, at a place of the test's own."""
        told = listeners_in(self.shipped)[self.over.index(self.how)]
        told["address"] = f"unix:{self.socket}" if self.how == "unix" else f"127.0.0.1:{self.backend}"
        if "tls" in told:
            told["tls"] = {"certificate": self.certificates.certificate,
                           "private_key": self.certificates.private_key}
        return told

    def replaced(self, *pairs, text=None):
        """The shipped file with each of these replaced; all of them have to be there."""
        text = self.shipped if text is None else text
        for old, new in pairs:
            assert old in text, f"{self.example} has no {old!r}"
            text = text.replace(old, str(new))
        return text

    def configure(self):
        self.file.write_text(self.configuration())

    def validate(self):
        return subprocess.run(self.validation(), env=self.environment(), capture_output=True, text=True, timeout=60)

    def environment(self):
        return {**os.environ, "HOME": str(self.directory), "XDG_DATA_HOME": str(self.directory),
                "XDG_CONFIG_HOME": str(self.directory)}

    def start(self):
        with open(self.directory / "proxy.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), env=self.environment(), stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        until(self.listens, lambda: f"{self.example} to listen:\n{self.log()}")
        return self

    def listens(self):
        assert self.process.poll() is None, f"{self.example} has ended:\n{self.log()}"
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
        except ConnectionRefusedError:
            return False
        return True

    def log(self):
        return (self.directory / "proxy.log").read_text(errors="replace")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def client_side(self):
        """As the harness knows listeners: what clients connect to."""
        return Listener(f"127.0.0.1:{self.port}", True, self.certificates.client_context())


class Nginx(Proxy):
    """The file belongs into nginx's http block: the block around it is the test's."""

    example, program = "nginx.conf", ("nginx", "nginx-light")

    def configuration(self):
        place = f"unix:{self.socket}" if self.how == "unix" else f"127.0.0.1:{self.backend}"
        site = self.replaced(
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("listen [::]:443 ssl", f"listen [::1]:{self.port} ssl"),
            ("/etc/ssl/certs/hooks.example.com.pem", self.certificates.certificate),
            ("/etc/ssl/private/hooks.example.com.key", self.certificates.private_key),
            ("server unix:/run/colivara-hookd-proxy/http.sock;", f"server {place};"))
        (self.directory / "site.conf").write_text(site)
        temporary = "".join(f"{kind}_temp_path {self.directory}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;\n" if os.geteuid() == 0 else ""
        return (f"daemon off;\n{user}pid {self.directory}/pid;\nerror_log stderr;\nevents {{}}\n"
                f"http {{\naccess_log {self.directory}/access.log;\n{temporary}include {self.directory}/site.conf;\n}}\n")

    def command(self):
        return [self.binary, "-e", "stderr", "-c", self.file]

    def validation(self):
        return [*self.command(), "-t"]


class Haproxy(Proxy):
    example, program = "haproxy.cfg", ("haproxy", "haproxy")
    over = ("port", "passthrough")

    @property
    def end_to_end(self):
        return self.how == "passthrough"

    def configuration(self):
        text = self.shipped
        if self.end_to_end:
            before = text[:text.index("frontend webhooks")]
            instead = text[text.index("#listen webhooks"):]
            text = self.replaced(("127.0.0.1:8443", f"127.0.0.1:{self.backend}"),
                                 text=before + re.sub("^#", "", instead, flags=re.MULTILINE))
        else:
            text = self.replaced(("/etc/haproxy/hooks.example.com.pem", self.bundle),
                                 ("127.0.0.1:8080", f"127.0.0.1:{self.backend}"))
        return self.replaced((":::443 v4v6", f"127.0.0.1:{self.port}"), text=text)

    def command(self):
        return [self.binary, "-db", "-f", self.file]

    def validation(self):
        return [self.binary, "-c", "-f", self.file]


class Caddy(Proxy):
    """No administration socket, no redirecting port 80: another Caddy may be running."""

    example, program = "Caddyfile", ("caddy", "caddy")

    def configuration(self):
        over = f"unix/{self.socket}" if self.how == "unix" else f"127.0.0.1:{self.backend}"
        return self.replaced(
            ("{\n\tservers {", "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers {"),
            ("hooks.example.com {", f"https://localhost:{self.port} {{\n\tbind 127.0.0.1 ::1\n"),
            ("#tls /etc/caddy/hooks.example.com.pem /etc/caddy/hooks.example.com.key",
             f"tls {self.certificates.certificate} {self.certificates.private_key}"),
            ("reverse_proxy unix//run/colivara-hookd-proxy/http.sock {", f"reverse_proxy {over} {{"))

    def command(self):
        return [self.binary, "run", "--adapter", "caddyfile", "--config", self.file]

    def validation(self):
        return [self.binary, "validate", "--adapter", "caddyfile", "--config", self.file]


KINDS = [(kind, over) for kind in (Nginx, Haproxy, Caddy) for over in kind.over]
