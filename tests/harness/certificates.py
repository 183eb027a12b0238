# SPDX-License-Identifier: MIT
"""A private certificate authority, and certificates for 127.0.0.1, ::1 and localhost signed by it."""

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

    def issue(self, name, rsa=False, issuer=None, valid=None):
        """A server certificate; returns its path and that of its key, which only the owner may read. `issuer`: such a
        pair, of an `intermediate`. `valid`: its start and end, such as 20260101000000Z."""
        return self._sign(name, "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n", issuer, valid, rsa)

    def intermediate(self, name):
        """An intermediate authority signed by this one; likewise."""
        return self._sign(name, "basicConstraints=critical,CA:TRUE\n", None, None)

    def _sign(self, name, extensions, issuer, valid, rsa=False):
        certificate, key = self.directory / f"{name}.pem", self.directory / f"{name}-key.pem"
        request, extension_file = self.directory / f"{name}.csr", self.directory / f"{name}.ext"
        extension_file.write_text(extensions)
        self._openssl("req", *self._key_options(rsa), "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        by, with_key = issuer or (self.authority, self._authority_key)
        if valid:
            database = self.directory / f"{name}.index"
            database.touch()
            configuration = self.directory / f"{name}.cnf"
            configuration.write_text(f"[ca]\ndefault_ca = own\n[own]\ndatabase = {database}\nrand_serial = yes\n"
                                     f"new_certs_dir = {self.directory}\ndefault_md = sha256\npolicy = any\n"
                                     "[any]\ncommonName = supplied\n")
            self._openssl("ca", "-batch", "-notext", "-config", configuration, "-in", request, "-cert", by, "-keyfile",
                          with_key, "-startdate", valid[0], "-enddate", valid[1], "-extfile", extension_file,
                          "-out", certificate)
        else:
            self._openssl("x509", "-req", "-in", request, "-CA", by, "-CAkey", with_key, "-CAcreateserial",
                          "-days", "2", "-extfile", extension_file, "-out", certificate)
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
    """As certbot does: a new file is renamed to the old name."""
    beside = f"{target}.new"
    shutil.copy(source, beside)
    os.chmod(beside, 0o600)
    os.replace(beside, target)
