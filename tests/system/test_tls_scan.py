# SPDX-License-Identifier: MIT
"""Guarantee 13, by the scanners that strangers will use: testssl.sh and sslscan, against the daemon on loopback."""

import json
import subprocess
import xml.etree.ElementTree as xml

import pytest

from harness import Certificates, Daemon

# What a certificate of the test's own authority, two days valid, must be told; and what is about the scanner itself.
# testssl.sh 3.0 gives up on its own test of resumption; acceptance/test_limits.py resumes a session.
EXPECTED = {"cert_chain_of_trust", "cert_expirationStatus", "cert_notAfter", "cert_revocation", "DNS_CAArecord",
            "engine_problem", "sessionresumption_ticket"}
TLS12 = {"AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"}
TLS13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}


def scanned_daemon(directory, kind, **keys):
    certificates = Certificates(directory)
    certificates.certificate, certificates.private_key = certificates.issue("scanned", rsa=kind == "RSA")
    return Daemon(directory, certificates, **keys)


@pytest.fixture(scope="module", params=["ECDSA", "RSA"])
def scanned(request, tmp_path_factory):
    with scanned_daemon(tmp_path_factory.mktemp("tls"), request.param) as daemon:
        yield daemon, request.param


def sslscan(daemon):
    """The versions that the daemon offers, its ciphers as pairs with their version, and its groups."""
    done = subprocess.run(["sslscan", "--xml=-", daemon.https.address], capture_output=True, text=True, timeout=300)
    test = xml.fromstring(done.stdout).find("ssltest")
    return ({each.get("version") for each in test.iter("protocol") if each.get("enabled") == "1"},
            {(each.get("sslversion"), each.get("cipher")) for each in test.iter("cipher")},
            {each.get("id") for each in test.iter("group")})


def testssl_findings(daemon, *sections):
    """What testssl.sh reports: id -> what."""
    report = daemon.directory / "testssl.json"
    done = subprocess.run(["testssl", "--quiet", "--color", "0", "--warnings", "off", "--ip", "one", *sections,
                           "--jsonfile", report, f"https://{daemon.https.address}"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
    assert report.exists(), done.stdout + done.stderr
    findings = json.loads(report.read_text())
    assert {"TLS1", "TLS1_2", "TLS1_3"} <= {each["id"] for each in findings}, "the scan was cut short"
    return {each["id"]: f"{each['severity']}: {each['finding']}" for each in findings
            if each["severity"] not in ("OK", "INFO") and each["id"] not in EXPECTED}


def test_sslscan_sees_two_versions_and_nothing_but_aead_behind_ecdhe(scanned):
    daemon, kind = scanned
    versions, ciphers, groups = sslscan(daemon)
    assert versions == {"1.2", "1.3"}
    assert ciphers == {("TLSv1.2", f"ECDHE-{kind}-{each}") for each in TLS12} | {("TLSv1.3", each) for each in TLS13}
    assert groups <= {"0x001d", "0x0017", "0x0018"}, "X25519, P-256, P-384"


def test_testssl_finds_no_error_but_the_certificate_of_a_test(scanned):
    daemon, _ = scanned
    # Protocols, ciphers, forward secrecy, the server's preference and defaults, every known vulnerability.
    assert testssl_findings(daemon, "-p", "-s", "-f", "-P", "-S", "-U") == {}


def test_the_scanners_see_old_versions_and_ciphers_where_they_are(tmp_path):
    """Failpoint `old_tls`. """
    with scanned_daemon(tmp_path, "RSA", environment={"HOOKD_FAILPOINT": "old_tls"}) as daemon:
        versions, ciphers, _ = sslscan(daemon)
        assert versions > {"1.2", "1.3"}
        assert any("CBC" in cipher or cipher.endswith("-SHA") for _, cipher in ciphers)
        assert {"TLS1", "TLS1_1", "cipherlist_CBC", "cipherlist_OBSOLETED"} & testssl_findings(daemon, "-p", "-s").keys()
