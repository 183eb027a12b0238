# SPDX-License-Identifier: MIT
"""What certificates and keys can be by mistake: `check` and the start say it in plain words, and what to run."""

import base64
import os
import shlex
import subprocess

import pytest

from harness import success_event, until
from harness.certificates import Certificates, replace
from harness.receiver import Receiver, http_sink, server_context

GOOD, CONFIG = 0, 78
MARK = b"\xef\xbb\xbf"
SIGNED_AS = {"no names": "basicConstraints=CA:FALSE\n",
             "for clients": "subjectAltName=DNS:localhost\nextendedKeyUsage=clientAuth\n"}
PAST, FUTURE = ("20200101000000Z", "20200601000000Z"), ("20900101000000Z", "20910101000000Z")


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    made = Certificates(tmp_path_factory.mktemp("pki"))
    made.middle = made.intermediate("middle")
    made.leaf, made.key = made.issue("leaf", issuer=made.middle)
    return made


def joined(directory, name, *parts):
    path = directory / name
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def with_tls(make_daemon, certificate, key):
    if os.stat(key).st_mode & 0o007:
        os.chmod(key, 0o600)
    return make_daemon(listeners=[{"address": "127.0.0.1:0", "tls": {"certificate": certificate, "private_key": key}}])


def run_advice(told, path, made):
    """Runs the command that the message gives for `path`; what it made is in `made`."""
    command = told[told.index("openssl "):].splitlines()[0].replace("NEW.pem", str(made))
    assert str(path) in command
    words = shlex.split(command)
    if words[1] == "pkcs12" or "ENCRYPTED" in path.read_text(errors="replace"):
        words += ["-passin", "pass:secret"]
    subprocess.run(words, check=True, capture_output=True)
    os.chmod(made, 0o600)
    return made


def test_a_whole_chain_is_good_and_doubted_by_nobody(make_daemon, pki, tmp_path):
    told = with_tls(make_daemon, joined(tmp_path, "chain.pem", pki.leaf, pki.middle[0]), pki.key).run("check")
    assert told.returncode == GOOD and "tls" not in told.stderr


@pytest.mark.parametrize("kind, wanted", [
    ("alone", "the certificate of the issuer, CN=middle, is missing"),
    ("wrong order", "wrong order"),
    ("stranger", "did not sign it"),
    ("expired", "expired at 2020-06-01"),
    ("future", "is not yet valid, and clients reject it until 2090-01-01"),
    ("expired intermediate", "the certificate of CN=old-middle expired"),
    ("no names", "the certificate of CN=no-names has no subjectAltName"),
    ("for clients", "the certificate of CN=for-clients is not for a TLS server"),
    ("hidden intermediate", "a byte order mark before a certificate in it hides that from OpenSSL"),
])
def test_what_clients_refuse_is_a_warning_of_the_check_and_of_the_start(make_daemon, pki, tmp_path, kind, wanted):
    key = pki.key
    if kind == "alone":
        certificate = pki.leaf
    elif kind == "wrong order":
        certificate = joined(tmp_path, "c.pem", pki.leaf, pki.authority, pki.middle[0])
    elif kind == "stranger":
        certificate = joined(tmp_path, "c.pem", pki.leaf, pki.middle[0], pki.leaf)
    elif kind == "expired intermediate":
        middle, middle_key = pki._sign("old-middle", "basicConstraints=critical,CA:TRUE\n", None, PAST)
        leaf, key = pki.issue("leaf-of-old", issuer=(middle, middle_key))
        certificate = joined(tmp_path, "c.pem", leaf, middle)
    elif kind in SIGNED_AS:
        leaf, key = pki._sign(kind.replace(" ", "-"), SIGNED_AS[kind], pki.middle, None)
        certificate = joined(tmp_path, "c.pem", leaf, pki.middle[0])
    elif kind == "hidden intermediate":
        certificate = tmp_path / "c.pem"
        certificate.write_bytes(pki.leaf.read_bytes() + b"middle\n" + MARK + pki.middle[0].read_bytes())
    else:
        leaf, key = pki.issue(kind, issuer=pki.middle, valid=PAST if kind == "expired" else FUTURE)
        certificate = joined(tmp_path, "c.pem", leaf, pki.middle[0])
    daemon = with_tls(make_daemon, certificate, key)
    told = daemon.run("check")
    assert told.returncode == GOOD
    assert wanted in told.stderr and "warning" in told.stderr and str(certificate) in told.stderr
    with daemon:
        assert wanted in daemon.log()


def test_a_renewed_certificate_is_doubted_likewise(make_daemon, pki, tmp_path):
    chain = joined(tmp_path, "chain.pem", pki.leaf, pki.middle[0])
    with with_tls(make_daemon, chain, pki.key) as daemon:
        replace(pki.leaf, chain)
        daemon.wait_for_log("warning listener .*CN=middle, is missing")


def test_the_keys_certificate_must_come_first(make_daemon, pki, tmp_path):
    told = with_tls(make_daemon, joined(tmp_path, "c.pem", pki.middle[0], pki.leaf), pki.key).run("check")
    assert told.returncode == CONFIG
    assert "wrong order: that of the private key is number 2 and must be the first" in told.stderr
    told = with_tls(make_daemon, pki.leaf, pki.issue("another")[1]).run("check")
    assert told.returncode == CONFIG and "is not that of the certificate" in told.stderr


@pytest.mark.parametrize("kind, words", [
    ("encrypted", "it is encrypted"), ("encrypted, old form", "it is encrypted"), ("DER", "it is in DER format"),
    ("encrypted DER", "it is encrypted, and in DER format"), ("PKCS#12", "it is a PKCS#12 bundle")])
def test_a_key_in_another_form_is_told_with_the_command_that_helps(make_daemon, pki, tmp_path, kind, words):
    key = tmp_path / "other.key"
    protected = ["-aes256", "-passout", "pass:secret"]
    if kind == "encrypted":
        openssl("pkey", "-in", pki.key, *protected, "-out", key)
    elif kind == "encrypted, old form":
        openssl("ec", "-in", pki.key, *protected, "-out", key)
    elif kind == "DER":
        openssl("pkey", "-in", pki.key, "-outform", "DER", "-out", key)
    elif kind == "encrypted DER":
        openssl("pkcs8", "-topk8", "-in", pki.key, "-outform", "DER", "-passout", "pass:secret", "-out", key)
    else:
        openssl("pkcs12", "-export", "-in", pki.leaf, "-inkey", pki.key, "-passout", "pass:secret", "-out", key)
    chain = joined(tmp_path, "chain.pem", pki.leaf, pki.middle[0])
    told = with_tls(make_daemon, chain, key).run("check")
    assert told.returncode == CONFIG and words in told.stderr
    if kind == "encrypted DER":
        return  # openssl pkey needs -passin there, and asks
    helped = run_advice(told.stderr, key, tmp_path / "new.pem")
    assert with_tls(make_daemon, chain, helped).run("check").returncode == GOOD


@pytest.mark.parametrize("kind, words", [("DER", "it is in DER format"), ("PKCS#12", "it is a PKCS#12 bundle"),
                                         ("PKCS#7", "it is a PKCS#7 bundle")])
def test_a_certificate_in_another_form_is_told_with_the_command_that_helps(make_daemon, pki, tmp_path, kind, words):
    certificate = tmp_path / "other.crt"
    if kind == "DER":
        openssl("x509", "-in", pki.leaf, "-outform", "DER", "-out", certificate)
    elif kind == "PKCS#12":
        openssl("pkcs12", "-export", "-in", pki.leaf, "-inkey", pki.key, "-passout", "pass:secret", "-out", certificate)
    else:
        openssl("crl2pkcs7", "-nocrl", "-certfile", pki.leaf, "-out", certificate)
    told = with_tls(make_daemon, certificate, pki.key).run("check")
    assert told.returncode == CONFIG and words in told.stderr
    helped = run_advice(told.stderr, certificate, tmp_path / "new.pem")
    assert with_tls(make_daemon, helped, pki.key).run("check").returncode == GOOD


@pytest.mark.parametrize("certificate, key, words", [
    ("key", "leaf", "it holds a private key, not a certificate: are certificate and private_key swapped?"),
    ("leaf", "leaf", "it holds a certificate, not a private key: are certificate and private_key swapped?"),
    ("request", "key", "it is a request for a certificate"),
    ("leaf", "public", "it holds the public key"),
    ("empty", "key", "it is empty"), ("leaf", "empty", "it is empty"),
    ("leaf", "utf16", "UTF-16"), ("cut", "key", "damaged"),
    ("utf16", "key", "UTF-16"), ("utf16 without mark", "key", "UTF-16"), ("leaf", "utf16 without mark", "UTF-16"),
    ("mark inside", "key", "a byte order mark before a certificate in it hides that from OpenSSL"),
    ("mark inside a chain", "key", "a byte order mark before a certificate in it hides that from OpenSSL"),
    ("indented chain", "key", "white space before a certificate in it hides that from OpenSSL"),
    ("run together", "key", "a line end is missing before a certificate in it"),
    ("public", "key", "it holds a public key: use the certificate that was issued for it"),
    ("public DER", "key", "it holds a public key"), ("leaf", "public DER", "it holds the public key"),
    ("ssh public", "key", "it is an SSH public key"), ("leaf", "ssh public", "it is an SSH public key"),
    ("ssh private", "key", "it holds a private key, not a certificate"),
    ("leaf", "ssh private", "it is a private key in OpenSSH's own form"),
    ("revoked", "key", "it is a list of revoked certificates"), ("leaf", "pgp", "it is a PGP key"),
])
def test_another_file_in_its_place_is_named(make_daemon, pki, tmp_path, certificate, key, words):
    files = {"key": pki.key.read_bytes(), "leaf": pki.leaf.read_bytes(), "empty": b"\n",
             "request": (pki.directory / "leaf.csr").read_bytes(),
             "public": subprocess.run(["openssl", "pkey", "-in", pki.key, "-pubout"], capture_output=True).stdout,
             "cut": pki.leaf.read_bytes()[:200],
             "utf16": pki.key.read_text().encode("utf-16"), "utf16 without mark": pki.key.read_text().encode("utf-16-le"),
             "mark inside": b"# hooks\n" + MARK + pki.leaf.read_bytes(),
             "mark inside a chain": b"# hooks\n" + MARK + pki.leaf.read_bytes() + pki.middle[0].read_bytes(),
             "indented chain": b"  " + pki.leaf.read_bytes() + pki.middle[0].read_bytes(),
             "run together": pki.leaf.read_bytes().rstrip() + pki.middle[0].read_bytes(),
             "public DER": subprocess.run(["openssl", "pkey", "-in", pki.key, "-pubout", "-outform", "DER"],
                                          capture_output=True).stdout,
             "ssh public": b"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY somebody@example\n",
             "ssh private": b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
             "revoked": b"-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n",
             "pgp": b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ==\n-----END PGP PRIVATE KEY BLOCK-----\n"}
    for name, kind in (("c", certificate), ("k", key)):
        (tmp_path / name).write_bytes(files[kind])
    told = with_tls(make_daemon, tmp_path / "c", tmp_path / "k").run("check")
    assert told.returncode == CONFIG and words in told.stderr, told.stderr
    assert "swapped" not in told.stderr or "swapped" in words or "ssh private" in (certificate, key), told.stderr


def test_a_byte_order_mark_and_line_ends_of_windows_are_no_matter(make_daemon, pki, tmp_path):
    for name, parts in (("c", [pki.leaf, pki.middle[0]]), ("k", [pki.key])):
        written = b"".join(MARK + part.read_bytes().replace(b"\n", b"\r\n") for part in parts)
        (tmp_path / name).write_bytes(written)
    told = with_tls(make_daemon, tmp_path / "c", tmp_path / "k").run("check")
    assert told.returncode == GOOD and "tls" not in told.stderr


@pytest.mark.parametrize("public", ["PEM", "ssh"])
def test_a_public_key_for_a_private_one_is_told_before_its_rights(make_daemon, pki, tmp_path, public):
    (tmp_path / "c").write_bytes(pki.leaf.read_bytes())
    (tmp_path / "k").write_bytes(b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 somebody@example\n" if public == "ssh" else
                                 subprocess.run(["openssl", "pkey", "-in", pki.key, "-pubout"], capture_output=True).stdout)
    daemon = with_tls(make_daemon, tmp_path / "c", tmp_path / "k")
    (tmp_path / "k").chmod(0o644)
    told = daemon.run("check")
    assert told.returncode == CONFIG and "chmod" not in told.stderr
    assert "private_key: " in told.stderr and "holds a public key, not a private key" in told.stderr, told.stderr


@pytest.mark.parametrize("certificate, key, words", [
    ("k", "c", "holds a certificate, not a private key: are certificate and private_key swapped?"), ("c", "k", "chmod o= ")])
def test_a_certificate_for_a_private_key_is_told_before_its_rights(make_daemon, pki, tmp_path, certificate, key, words):
    (tmp_path / "k").write_bytes(pki.key.read_bytes())
    (tmp_path / "c").write_bytes(pki.leaf.read_bytes())
    daemon = with_tls(make_daemon, tmp_path / certificate, tmp_path / key)
    (tmp_path / key).chmod(0o644)
    told = daemon.run("check")
    assert told.returncode == CONFIG and words in told.stderr, told.stderr
    assert ("chmod" in told.stderr) == ("chmod" in words)


def test_an_intermediate_is_an_anchor_where_ca_file_names_it(delivering, pki, tmp_path):
    chain = joined(tmp_path, "chain.pem", pki.leaf, pki.middle[0])
    with Receiver(context=server_context(chain, pki.key)) as receiver:
        url = receiver.url.replace("127.0.0.1", "localhost")
        for ca_file in (pki.middle[0], pki.authority, pki.leaf):
            daemon = delivering(url, ca_file=ca_file)
            before = len(receiver.requests)
            daemon.send(success_event())
            until(lambda: len(receiver.requests) > before, daemon.log)


@pytest.mark.parametrize("secret, doubted", [
    (base64.b64encode(base64.b64encode(bytes(range(60, 84)))).decode(), True),
    (base64.b64encode(base64.b64encode(bytes(range(60, 84))) + b"\n").decode(), True),
    (base64.b64encode(b"whsec_" + base64.b64encode(bytes(range(24)))).decode(), True),
    ("whsec_" + base64.b64encode(base64.b64encode(bytes(range(100, 132)))).decode(), True),
    ("whsec_" + base64.b64encode(bytes(range(24))).decode(), False),
    ("whsec_" + base64.b64encode(b"correct-horse-battery-staple-7").decode(), False),
    ("whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode(), False),
])
def test_a_secret_that_was_encoded_twice_is_doubted(make_daemon, secret, doubted):
    daemon = make_daemon(certificates=None)
    daemon.secret = secret
    daemon.configuration["endpoint"] = [daemon.default_endpoint()]
    told = daemon.run("check")
    assert told.returncode == GOOD
    assert ("base64-encoded twice" in told.stderr) == doubted
    assert secret not in told.stderr
