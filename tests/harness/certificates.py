"""A certificate authority of one's own, and certificates for 127.0.0.1, ::1 and localhost signed by it."""

import os
import shutil
import ssl
import subprocess
from pathlib import Path


class Certificates:
    """Made with the openssl command. `certificate` and `private_key` are the server's files."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.authority = self.directory / "ca.pem"
        self._authority_key = self.directory / "ca-key.pem"
        self._openssl("req", "-x509", *self._key_options(), "-subj", "/CN=acceptance tests", "-days", "2",
                      "-keyout", self._authority_key, "-out", self.authority)
        self.certificate, self.private_key = self.issue("server")

    def issue(self, name, rsa=False):
        """A server certificate; returns its path and that of its key, which only the owner may read."""
        certificate, key = self.directory / f"{name}.pem", self.directory / f"{name}-key.pem"
        request, extensions = self.directory / f"{name}.csr", self.directory / f"{name}.ext"
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n")
        self._openssl("req", *self._key_options(rsa), "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", self._authority_key,
                      "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate)
        os.chmod(key, 0o600)
        return certificate, key

    def client_context(self):
        """A client that trusts only this authority and offers http/1.1."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.authority)
        context.set_alpn_protocols(["http/1.1"])
        return context

    @staticmethod
    def _key_options(rsa=False):
        kind = ["-newkey", "rsa:2048"] if rsa else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        return [*kind, "-nodes"]

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def replace(source, target):
    """As certbot does it: a new file is renamed over the old name."""
    beside = f"{target}.new"
    shutil.copy(source, beside)
    os.chmod(beside, 0o600)
    os.replace(beside, target)
