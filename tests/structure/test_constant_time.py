# SPDX-License-Identifier: MIT
"""The duration of a comparison must not reveal how much of a forged signature is right: expected signatures are only
compared by OpenSSL's CRYPTO_memcmp, and those of public keys by OpenSSL itself."""

import os
import pathlib
import re
import subprocess

MODULE = pathlib.Path(__file__).resolve().parents[2] / "src" / "signature"
# Comparisons that stop at the first difference. (Sizes are not secret.)
HASTY = re.compile(r"\b(?:memcmp|strcmp|strncmp|bcmp|equal|mismatch)\s*\(|(?:==|!=|<=>)\s*\*?expected\b(?!\.size)|"
                   r"\bexpected\b(?:->|\.)(?:compare|starts_with|ends_with|find)\b|\bexpected\s*(?:==|!=|<=>)")


def code(path):
    return re.sub(r"//[^\n]*", "", path.read_text())


def test_what_the_verifier_computed_is_compared_by_openssl_alone():
    text = code(MODULE / "verifier.cpp")
    found = HASTY.findall((text + code(MODULE / "hmac.cpp")).replace("CRYPTO_memcmp", ""))
    assert found == []
    assert "CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0" in text
    # Computed in one place, checked for existence, and only passed to that comparison.
    matcher = text[text.index("bool verifier::state::matches_v1("):text.index("bool verifier::state::matches_v1a(")]
    assert "same_text(each.signature, *expected)" in matcher
    assert len(re.findall(r"\bexpected\b", matcher)) == 3


def test_the_binary_has_no_comparison_of_its_own_in_its_place():
    symbols = subprocess.run(["nm", "-D", "--undefined-only", os.environ["HOOKD_BINARY"]],
                             check=True, capture_output=True, text=True).stdout
    assert re.search(r"\bCRYPTO_memcmp\b", symbols)
