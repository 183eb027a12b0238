// SPDX-License-Identifier: MIT
#include "signature/fixture.hpp"

#include <catch2/catch.hpp>

using namespace signature_test;
using hookd::signature::key;
using hookd::signature::scheme;
using hookd::signature::signer;

TEST_CASE("key: a shared secret is read with its prefix and without") {
    const auto prefixed = key::parse(secret_text);
    const auto bare = key::parse(secret_text.substr(6));
    REQUIRE(prefixed.has_value());
    REQUIRE(bare.has_value());
    CHECK(prefixed->kind == scheme::v1);
    CHECK(prefixed->bytes.text() == bare->bytes.text());
    CHECK(prefixed->bytes.text() == bytes_of_base64(secret_text.substr(6)));
    CHECK(prefixed->doubt().empty());
}

TEST_CASE("key: a public key serves v1a alone, and only if it has 32 bytes") {
    const auto parsed = key::parse(public_key_text());
    REQUIRE(parsed.has_value());
    CHECK(parsed->kind == scheme::v1a);
    CHECK(parsed->bytes.bytes().size() == 32);
    for (const std::size_t size : {1U, 24U, 31U, 33U, 64U}) {
        CHECK_FALSE(key::parse("whpk_" + base64_of(std::string(size, 'k'))).has_value());
    }
}

TEST_CASE("key: a short secret works and raises a doubt") {
    const auto parsed = key::parse("whsec_plJ3nmyCDGBKInavdOK15jsl");
    REQUIRE(parsed.has_value());
    CHECK_FALSE(parsed->doubt().empty());
}

TEST_CASE("key: whatever is not a canonical secret is refused, and never quoted") {
    struct row {
        std::string text;
        std::string_view says;
    };
    const std::string bare(secret_text.substr(6));
    const row table[] = {
        {"", "empty"},
        {"whsec_", "nothing after its prefix"},
        {"whpk_", "nothing after its prefix"},
        {private_key_text(), "private key"},
        {"whsec_" + std::string(secret_text), "two prefixes"},
        {"whsec_" + public_key_text(), "two prefixes"},
        {"WHSEC_" + bare, "lower case"},
        {"whsk1_" + bare, "\"-\" or \"_\""},
        {std::string(secret_text) + "\n", "white space"},
        {" " + std::string(secret_text), "white space"},
        {"whsec_ " + bare, "white space"},
        {"whsec_Pybd-_T5WTE8f7PIvfkSFugVuCjllAXF", "\"-\" or \"_\""},
        {"whsec_***not*base64***", "not base64"},
        {"whsec_plJ3nmyCDGBKInavdOK15g", "missing"},
        {"whsec_plJ3nmyCDGBKInavdOK15h==", "not base64"},
        {"whsec_plJ3nmyCDGBKInavdOK15jsl====", "not base64"},
        {"whsec_====", "not base64"},
    };
    for (const row& each : table) {
        INFO(each.text);
        const auto parsed = key::parse(each.text);
        REQUIRE_FALSE(parsed.has_value());
        CHECK_THAT(parsed.error().message, Catch::Contains(std::string(each.says)));
        CHECK((each.text.size() < 12 || !parsed.error().message.contains(each.text.substr(each.text.size() - 6))));
        CHECK((each.text.size() < 12 || !parsed.error().message.contains(bare)));
    }
}

TEST_CASE("key: base64 of base64 is noticed, and what only looks a little like it is not") {
    const auto twice = [](const std::string& bytes) {
        return key::parse("whsec_" + base64_of(bytes))->looks_encoded_twice();
    };
    const std::string once = base64_of("<=>?@ABCDEFGHIJKLMNOPQRS");
    CHECK(twice(once));
    CHECK(twice(once + "\n"));
    CHECK(twice("whsec_" + base64_of("short")));
    const std::string wrapped = base64_of(std::string(21, 'k') + "<=>?@ABCDEFGHIJKLMNOPQRS" + std::string(19, 'x'));
    CHECK(twice(wrapped.substr(0, 76) + '\n' + wrapped.substr(76) + '\n')); // as base64(1) writes 64 bytes
    CHECK(twice(base64_of("\xfb\xef\xbe" + std::string(21, 'q'))));         // no digit in it
    CHECK_FALSE(twice("<=>?@ABCDEFGHIJKLMNOPQRS"));
    CHECK_FALSE(twice("0123456789abcdef0123456789abcdef"));
    CHECK_FALSE(twice("0123456789ABCDEF0123456789ABCDEF"));
    CHECK_FALSE(twice(once.substr(0, 20)));
    CHECK_FALSE(twice(once + "="));
}

TEST_CASE("key: a verifier takes no key that parsing would refuse") {
    using hookd::signature::verifier;
    const std::vector<key> empty(1);
    CHECK_THROWS_AS(verifier(empty, std::chrono::seconds{300}), std::runtime_error);
    std::vector<key> truncated(1);
    truncated[0] = {scheme::v1a, hookd::secret(std::string_view("too short for Ed25519"))};
    CHECK_THROWS_AS(verifier(truncated, std::chrono::seconds{300}), std::runtime_error);
}

TEST_CASE("signer: refuses what cannot sign") {
    CHECK_FALSE(signer::parse(public_key_text()).has_value());
    CHECK_FALSE(signer::parse("").has_value());
    CHECK_FALSE(signer::parse("whsk_" + base64_of(std::string(32, 's'))).has_value());
    // A foreign public half could be used to reveal the private one.
    std::string pair = bytes_of_base64(private_key_text().substr(5));
    pair.back() = static_cast<char>(pair.back() ^ 1);
    CHECK_FALSE(signer::parse("whsk_" + base64_of(pair)).has_value());
}
