// SPDX-License-Identifier: MIT
#include "signature/fixture.hpp"

#include <catch2/catch.hpp>

using namespace signature_test;
using hookd::signature::scheme;
using hookd::signature::signer;
using hookd::signature::verifier;

TEST_CASE("signer: makes the signature of the sender's own known answer") {
    CHECK(sign("whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", "1731705121",
               R"({"event_type":"ping","data":{"success":true}})") ==
          "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=");
}

TEST_CASE("signer: a key longer than a block of SHA-256 is its digest (RFC 2104)") {
    CHECK(
        sign(
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElK"
            "S0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiYw==",
            "msg_1", "1770000000", "{}") == "v1,T5RDSWVr5Z7ICzl7JbdhKAtm/L9MRDsBCxuwG1JvI18=");
}

TEST_CASE("signer: what it signs is authentic, for both schemes and all together") {
    std::vector<signer> signers;
    for (const std::string& text : {std::string(secret_text), private_key_text(), std::string(other_secret_text)}) {
        auto made = signer::parse(text);
        REQUIRE(made.has_value());
        signers.push_back(std::move(*made));
    }
    CHECK(signers[0].kind() == scheme::v1);
    CHECK(signers[1].kind() == scheme::v1a);
    const std::string binary("\0\xff.1770000000.\r\n", 16);
    const auto headers = hookd::signature::sign_message(signers, id, now, binary);
    CHECK(headers.timestamp == timestamp);
    for (const std::string& key : {std::string(secret_text), public_key_text(), std::string(other_secret_text)}) {
        verifier checks(keys_of({key}), std::chrono::seconds{300});
        CHECK(checks.verify(headers.fields(), binary, now).what == verdict::authentic);
        CHECK(checks.verify(headers.fields(true), binary, now).what == verdict::authentic);
        CHECK(checks.verify(headers.fields(), binary + "x", now).what == verdict::wrong_signature);
    }
}
