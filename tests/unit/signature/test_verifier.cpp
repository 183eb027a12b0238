// SPDX-License-Identifier: MIT
#include "signature/fixture.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace signature_test;
using hookd::signature::verifier;

TEST_CASE("verifier: an authentic message, in either family, is told with its headers") {
    const std::string signature = good_signature();
    verifier checks(keys_of({secret_text}), std::chrono::seconds{300});
    const auto branded = checks.verify(svix(id, timestamp, signature), body, now);
    CHECK(branded.what == verdict::authentic);
    CHECK_FALSE(branded.headers.unbranded);
    CHECK(branded.headers.id == id);
    CHECK(branded.headers.timestamp == timestamp);
    CHECK(branded.headers.signature == signature);
    const auto unbranded = checks.verify(webhook(id, timestamp, signature), body, now);
    CHECK(unbranded.what == verdict::authentic);
    CHECK(unbranded.headers.unbranded);
}

TEST_CASE("verifier: one verifier judges many messages, each on its own") {
    verifier checks(keys_of({other_secret_text, secret_text, public_key_text()}), std::chrono::seconds{300});
    for (int round = 0; round < 3; ++round) {
        for (const std::string& text : {std::string("one"), std::string(100'000, 'x'), std::string()}) {
            for (const std::string& key : {std::string(secret_text), private_key_text()}) {
                const std::string signature = sign(key, id, timestamp, text);
                CHECK(checks.verify(svix(id, timestamp, signature), text, now).what == verdict::authentic);
                CHECK(checks.verify(svix(id, timestamp, signature), text + "!", now).what == verdict::wrong_signature);
                CHECK(checks.verify(svix("msg_x", timestamp, signature), text, now).what == verdict::wrong_signature);
            }
        }
    }
}

TEST_CASE("verifier: a family counts as a whole, svix first, and is never mixed") {
    const std::string good = good_signature();
    const std::string bad = sign(other_secret_text, id, timestamp, body);
    const auto both = [](std::vector<header_field> first, const std::vector<header_field>& second) {
        first.insert(first.end(), second.begin(), second.end());
        return first;
    };
    CHECK(judge(both(svix(id, timestamp, good), webhook(id, timestamp, bad))) == verdict::authentic);
    CHECK(judge(both(webhook(id, timestamp, good), svix(id, timestamp, bad))) == verdict::wrong_signature);
    CHECK(judge(both(svix("", timestamp, good), webhook(id, timestamp, good))) == verdict::authentic);
    CHECK(judge({{"svix-id", id}, {"webhook-timestamp", timestamp}, {"svix-signature", good}}) ==
          verdict::missing_header);
    CHECK(
        judge({{"svix-id", id}, {"svix-timestamp", ""}, {"webhook-timestamp", timestamp}, {"svix-signature", good}}) ==
        verdict::missing_header);
    CHECK(judge({}) == verdict::missing_header);
    for (std::size_t left_out = 0; left_out < 3; ++left_out) {
        auto fields = svix(id, timestamp, good);
        fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(left_out));
        CHECK(judge(fields) == verdict::missing_header);
        CHECK(judge(both(fields, webhook(id, timestamp, good))) == verdict::authentic);
    }
}

TEST_CASE("verifier: a repeated header is refused, even an identical or empty one") {
    const std::string good = good_signature();
    for (const header_field& again : svix(id, timestamp, good)) {
        auto fields = svix(id, timestamp, good);
        fields.push_back(again);
        CHECK(judge(fields) == verdict::repeated_header);
        fields.back().value = "";
        CHECK(judge(fields) == verdict::repeated_header);
        std::rotate(fields.begin(), fields.end() - 1, fields.end());
        CHECK(judge(fields) == verdict::repeated_header);
    }
    auto foreign = svix(id, timestamp, good);
    foreign.push_back({"webhook-id", "a"});
    foreign.push_back({"webhook-id", "b"});
    CHECK(judge(foreign) == verdict::authentic);
}

TEST_CASE("verifier: header names are compared without case") {
    const std::string good = good_signature();
    CHECK(judge({{"SVIX-ID", id}, {"Svix-Timestamp", timestamp}, {"sViX-sIgNaTuRe", good}}) == verdict::authentic);
}

TEST_CASE("verifier: an id has 1..256 visible ASCII characters and no dot") {
    const auto with_id = [](std::string_view text) {
        const std::string signature = sign(secret_text, text, timestamp, body);
        return judge(svix(text, timestamp, signature));
    };
    CHECK(with_id("x") == verdict::authentic);
    CHECK(with_id("!\"#$%&'()*+,-/:;<=>?@[]^_`{|}~\\") == verdict::authentic);
    CHECK(with_id(std::string(256, 'i')) == verdict::authentic);
    CHECK(with_id(std::string(257, 'i')) == verdict::bad_id);
    CHECK(with_id(std::string(65536, 'i')) == verdict::bad_id);
    for (const std::string_view text : {"a.b", ".", "a b", " a", "a\t", "a\x7f", "a\n", "m\xc3\xa9", "a\x80"}) {
        INFO(text);
        CHECK(with_id(text) == verdict::bad_id);
    }
    CHECK(with_id(std::string_view("a\0b", 3)) == verdict::bad_id);
}

TEST_CASE("verifier: the id is told only when it is well-formed") {
    verifier checks(keys_of({secret_text}), std::chrono::seconds{300});
    CHECK(checks.verify(svix("a\x1b[31m", timestamp, "v1,x"), body, now).headers.id.empty());
    CHECK(checks.verify(svix("msg_1", "soon", "v1,x"), body, now).headers.id == "msg_1");
}

TEST_CASE("verifier: a captured message with its borders moved is refused") {
    const std::string captured_body = R"({"name":"x.1770000000.y","n":1})";
    const std::string signature = sign(secret_text, id, timestamp, captured_body);
    REQUIRE(judge(svix(id, timestamp, signature), captured_body) == verdict::authentic);
    const std::string moved_id = std::string(id) + "." + std::string(timestamp) + R"(.{"name":"x)";
    CHECK(judge(svix(moved_id, "1770000000", signature), R"(y","n":1})", at(1'770'000'000)) == verdict::bad_id);
}

TEST_CASE("verifier: a timestamp is canonical decimal digits, and its text is what is signed") {
    const auto with_timestamp = [](std::string_view text, unix_seconds clock) {
        const std::string signature = sign(secret_text, id, text, body);
        return judge(svix(id, text, signature), body, clock);
    };
    CHECK(with_timestamp("1760000000", now) == verdict::authentic);
    CHECK(with_timestamp("0", at(0)) == verdict::authentic);
    CHECK(with_timestamp("999999999999999999", at(999'999'999'999'999'999)) == verdict::authentic);
    for (const std::string_view text : {"+1760000000",
                                        "-1760000000",
                                        "01760000000",
                                        "00",
                                        " 1760000000",
                                        "1760000000 ",
                                        "1760000000x",
                                        "1760000000.0",
                                        "1760000000.5",
                                        "1.76e9",
                                        "0x68e77800",
                                        "1_760_000_000",
                                        "\xd9\xa1\xd9\xa7\xd9\xa6",
                                        "now",
                                        "-5",
                                        "-0",
                                        "-9223372036854775808",
                                        "2025-10-09T08:53:20Z",
                                        "1000000000000000000",
                                        "9999999999999999999999999",
                                        "1,760"}) {
        INFO(text);
        CHECK(with_timestamp(text, now) == verdict::bad_timestamp);
    }
    CHECK(with_timestamp(std::string_view("1760000000\0", 11), now) == verdict::bad_timestamp);
}

TEST_CASE("verifier: the tolerance is inclusive on both sides and cannot overflow") {
    const auto least = at(std::numeric_limits<std::int64_t>::min());
    const auto most = at(std::numeric_limits<std::int64_t>::max());
    const std::string good = good_signature();
    const auto fields = svix(id, timestamp, good);
    const auto seconds = [](std::int64_t n) { return std::chrono::seconds{n}; };
    CHECK(judge(fields, body, now + seconds(300)) == verdict::authentic);
    CHECK(judge(fields, body, now - seconds(300)) == verdict::authentic);
    CHECK(judge(fields, body, now + seconds(301)) == verdict::too_old);
    CHECK(judge(fields, body, now - seconds(301)) == verdict::too_new);
    CHECK(judge(fields, body, most) == verdict::too_old);
    CHECK(judge(fields, body, least) == verdict::too_new);
    CHECK(judge(fields, body, least, hookd::signature::any_time) == verdict::authentic);
    CHECK(judge(fields, body, now + seconds(1), seconds(0)) == verdict::too_old);
    CHECK(judge(fields, body, now, seconds(-5)) == verdict::authentic);
    CHECK(judge(fields, body, now + seconds(1), seconds(-5)) == verdict::too_old);
}

TEST_CASE("verifier: a stale message costs no HMAC, a malformed one is not called stale") {
    const std::string bad = sign(other_secret_text, id, timestamp, body);
    CHECK(judge(svix(id, timestamp, bad), body, at(0)) == verdict::too_new);
    CHECK(judge(svix(id, "soon", bad), body, at(0)) == verdict::bad_timestamp);
    CHECK(judge(svix(id, timestamp, "v1"), body, at(0)) == verdict::bad_signature);
    CHECK(judge(svix("a.b", "soon", "v1"), body, at(0)) == verdict::bad_id);
}

TEST_CASE("verifier: without keys nothing is authentic") {
    verifier nobody({}, std::chrono::seconds{300});
    CHECK(nobody.verify(svix(id, timestamp, good_signature()), body, now).what == verdict::bad_signature);
}
