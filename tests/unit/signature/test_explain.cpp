// SPDX-License-Identifier: MIT
#include "signature/fixture.hpp"

#include <hookd/signature/explain.hpp>

#include <catch2/catch.hpp>

#include <ctime>

using namespace signature_test;
using Catch::Contains;
using hookd::signature::explanation;

namespace {

explanation explained(std::initializer_list<std::string_view> keys, const std::vector<header_field>& fields,
                      std::string_view payload = body, unix_seconds clock = now) {
    return hookd::signature::explain(keys_of(keys), fields, payload, clock, std::chrono::seconds{300});
}

std::string all_of(const explanation& what) {
    std::string text;
    for (const std::string& finding : what.findings) {
        text += finding + "\n";
    }
    return text;
}

/// What explain says about a body that arrived as `arrived` and was signed as `sent`.
std::string about_body(std::string_view sent, std::string_view arrived) {
    const std::string signature = sign(secret_text, id, timestamp, sent);
    const auto found = explained({secret_text}, svix(id, timestamp, signature), arrived);
    CHECK(found.what == verdict::wrong_signature);
    return all_of(found);
}

} // namespace

TEST_CASE("explain: of an authentic message, which secret it was and how the clocks differ") {
    const std::string good = good_signature();
    const auto found = explained({other_secret_text, secret_text}, svix(id, timestamp, good), body, at(1'760'000'012));
    CHECK(found.what == verdict::authentic);
    CHECK_THAT(all_of(found),
               Contains("v1 signature matches secret 2 of 2") && Contains("signed 12 s before the clock"));
}

TEST_CASE("explain: a wrong clock is reported with its direction, and whether the signature itself is right") {
    const std::string good = good_signature();
    const std::string bad = sign(other_secret_text, id, timestamp, body);
    const auto old = explained({secret_text}, svix(id, timestamp, good), body, at(1'760'007'200));
    CHECK(old.what == verdict::too_old);
    CHECK_THAT(all_of(old), Contains("7200 s (2h) older") && Contains("300 s (5m) are allowed") &&
                                Contains("--at 1760000000") &&
                                Contains("Only the time is wrong: the signature itself matches"));
    const auto early = explained({secret_text}, svix(id, timestamp, bad), body, at(1'759'999'000));
    CHECK(early.what == verdict::too_new);
    CHECK_THAT(all_of(early), Contains("1000 s (16m40s) ahead") && Contains("does not match either") &&
                                  Contains("The configured secret may be wrong"));
    const std::string in_milliseconds = sign(secret_text, id, "1760000000000", body);
    CHECK_THAT(all_of(explained({secret_text}, svix(id, "1760000000000", in_milliseconds))),
               Contains("in milliseconds"));
    const auto longest_ago = at(std::numeric_limits<std::int64_t>::min());
    CHECK(explained({secret_text}, svix(id, timestamp, good), body, longest_ago).what == verdict::too_new);
}

TEST_CASE("explain: missing, empty, mixed and repeated headers are named") {
    const std::string good = good_signature();
    CHECK_THAT(all_of(explained({secret_text}, {})), Contains("No signature headers"));
    CHECK_THAT(all_of(explained({secret_text}, {{"Svix-Id", id}, {"Svix-Signature", good}})),
               Contains("svix-timestamp") && !Contains("svix-id is") && !Contains("webhook-"));
    CHECK_THAT(all_of(explained({secret_text}, svix(id, "", good))),
               Contains("svix-timestamp is empty: pass it on with its value"));
    CHECK_THAT(
        all_of(explained({secret_text}, {{"svix-id", id}, {"webhook-timestamp", timestamp}, {"svix-signature", good}})),
        Contains("never mixed") && Contains("svix-timestamp is missing") && !Contains("webhook-timestamp is") &&
            !Contains("webhook-signature is"));
    auto twice = svix(id, timestamp, good);
    twice.push_back(twice.front());
    const auto repeated = explained({secret_text}, twice);
    CHECK(repeated.what == verdict::repeated_header);
    CHECK_THAT(all_of(repeated), Contains("svix-id") && Contains("2 times"));
}

TEST_CASE("explain: a malformed id or timestamp is described, never quoted") {
    CHECK_THAT(all_of(explained({secret_text}, svix("a.b", timestamp, "v1,x"))), Contains("without \".\""));
    CHECK_THAT(all_of(explained({secret_text}, svix(std::string(300, 'i'), timestamp, "v1,x"))),
               Contains("300 characters"));
    CHECK_THAT(all_of(explained({secret_text}, svix("a\x1b[31mb", timestamp, "v1,x"))),
               Contains("visible ASCII") && !Contains("\x1b"));
    CHECK_THAT(all_of(explained({secret_text}, svix(id, "+1", "v1,x"))), Contains("it has a sign"));
    CHECK_THAT(all_of(explained({secret_text}, svix(id, "01", "v1,x"))), Contains("leading zero"));
    CHECK_THAT(all_of(explained({secret_text}, svix(id, "1 ", "v1,x"))), Contains("white space"));
    CHECK_THAT(all_of(explained({secret_text}, svix(id, std::string(19, '1'), "v1,x"))), Contains("18 digits"));
    CHECK_THAT(all_of(explained({secret_text}, svix(id, "\x1b[2J", "v1,x"))),
               Contains("digits only") && !Contains("\x1b"));
}

TEST_CASE("explain: a signature header that no key can match is explained by its error") {
    const auto about = [](std::initializer_list<std::string_view> keys, std::string_view header) {
        const auto found = explained(keys, svix(id, timestamp, header));
        CHECK(found.what == verdict::bad_signature);
        return all_of(found);
    };
    const std::string good = good_signature();
    const std::string good_v1a = sign(private_key_text(), id, timestamp, body);
    CHECK_THAT(about({secret_text}, good_v1a), Contains("configure the endpoint's public key"));
    CHECK_THAT(about({public_key_text()}, good), Contains("configure the endpoint's secret"));
    CHECK_THAT(about({secret_text}, good.substr(0, 40)), Contains("has 37 characters"));
    CHECK_THAT(about({secret_text}, "v1," + std::string(64, 'a')), Contains("hexadecimal"));
    CHECK_THAT(about({secret_text}, good.substr(3)), Contains("no entry with a comma"));
    CHECK_THAT(about({secret_text}, "V1" + good.substr(2)), Contains("only unknown versions"));
    CHECK_THAT(about({secret_text}, std::string(8193, 'x')), Contains("8193 bytes"));
}

TEST_CASE("explain: what changed the body on the way is found out") {
    const std::string compact = R"({"a":1,"b":"x, y: \"z\"","c":[1.50,true,null]})";
    const std::string spaced = R"({"a": 1, "b": "x, y: \"z\"", "c": [1.50, true, null]})";
    CHECK_THAT(about_body(compact, compact + "\n"), Contains("a line break was added"));
    CHECK_THAT(about_body(compact, compact + "\r\n"), Contains("a line break was added"));
    CHECK_THAT(about_body(compact + "\n", compact), Contains("line break at its end was removed"));
    CHECK_THAT(about_body(compact + "\r\n", compact), Contains("line break at its end was removed"));
    CHECK_THAT(about_body(compact, compact + " \n\n"), Contains("white space was added"));
    CHECK_THAT(about_body(compact, "\xef\xbb\xbf" + compact), Contains("byte order mark"));
    CHECK_THAT(about_body("{\n\"a\":1,\n\"b\":2\n}", "{\r\n\"a\":1,\r\n\"b\":2\r\n}"), Contains("into CR LF"));
    CHECK_THAT(about_body("{\r\n\"a\":1\r\n}", "{\n\"a\":1\n}"), Contains("from CR LF into LF"));
    CHECK_THAT(about_body(compact, spaced), Contains("re-serialised on the way"));
    CHECK_THAT(about_body(spaced, compact), Contains("re-serialised on the way"));
    CHECK_THAT(about_body(compact, "{\n  \"a\": 1,\n  \"b\": \"x, y: \\\"z\\\"\",\n  \"c\": [1.50, true,\n null]\n}\n"),
               Contains("re-serialised on the way"));
    CHECK_THAT(about_body("{\"n\": \"caf\\u00e9\", \"u\": \"a/b\"}", "{\"n\":\"caf\xc3\xa9\",\"u\":\"a\\/b\"}"),
               Contains("re-serialised on the way"));
    CHECK_THAT(about_body("{\"n\":\"caf\xc3\xa9\",\"e\":{},\"l\":[[],-1,2.5]}",
                          R"({"n": "caf\u00e9", "e": {}, "l": [[], -1, 2.5]})"),
               Contains("re-serialised on the way") && Contains("the secret is right"));
}

TEST_CASE("explain: a change that cannot be undone is suspected by its traces") {
    const std::string sent = R"({"type":"t","message":"m","name":"n","error":"e"})";
    CHECK_THAT(about_body(sent, R"({"error":"e","message":"m","name":"n","type":"t"})"),
               Catch::StartsWith("The JSON may have been re-serialised") &&
                   Contains("The configured secret may be wrong"));
    CHECK_THAT(about_body(sent, "\x1f\x8b\x08 and so on"), Contains("compressed with gzip"));
    for (const std::string_view other :
         {R"({"type":"t","message":"m","name":"n","error":"f"})", R"({"a":{"b":1,"c":2,"d":3,"e":4}})",
          R"([{"a":1,"b":2,"c":3,"d":4}])", R"({"a":1,"b":2,"c":3,"d":4)", "a b c d"}) {
        CHECK_THAT(about_body(sent, other), !Contains("alphabetical") && !Contains("gzip"));
    }
}

TEST_CASE("explain: where no usual change explains it, the secret is suspected first") {
    CHECK_THAT(about_body(R"({"a":1})", R"({"a":2})"),
               Contains("The configured secret may be wrong") && !Contains("re-serialised on the way"));
    CHECK_THAT(about_body(R"({"a":1})", ""), Contains("The body is empty"));
    const std::string foreign = sign(other_secret_text, id, timestamp, body);
    const auto found = explained({secret_text, public_key_text()}, svix(id, timestamp, foreign), body);
    CHECK_THAT(all_of(found), Contains("The configured secrets (all 2) may be wrong"));
}

TEST_CASE("explain: foreign svix-* headers beside valid webhook-* ones are detected") {
    const std::string good = good_signature();
    const std::string foreign = sign(other_secret_text, id, timestamp, body);
    auto fields = svix(id, timestamp, foreign);
    for (const header_field& field : webhook(id, timestamp, good)) {
        fields.push_back(field);
    }
    CHECK_THAT(all_of(explained({secret_text}, fields)), Contains("The webhook-* headers match"));
}

TEST_CASE("explain: it never shows a secret or the expected signature") {
    const std::string expected = good_signature().substr(3);
    const std::string foreign = sign(other_secret_text, id, timestamp, body);
    const std::string secret(secret_text.substr(6));
    for (const std::string& header : {foreign, good_signature(), std::string("v1,x"), std::string("v1")}) {
        for (const unix_seconds clock : {now, at(0), at(2'000'000'000)}) {
            for (const std::string& payload : {std::string(body), std::string(body) + "\n"}) {
                const std::string text = all_of(explained({secret_text}, svix(id, timestamp, header), payload, clock));
                CHECK_THAT(text, !Contains(expected) && !Contains(secret) && !Contains(expected.substr(0, 10)));
            }
        }
    }
}

TEST_CASE("explain: a body made to exhaust a parser is harmless") {
    const std::string foreign = sign(other_secret_text, id, timestamp, body);
    std::string many_members = "{";
    for (unsigned i = 0; i < 100'000; ++i) {
        many_members += "\"" + std::to_string(i) + "\":0,";
    }
    many_members += "\"x\":0}";
    for (const std::string& payload :
         {std::string(1U << 20U, '['), std::string(1U << 19U, '[') + std::string(1U << 19U, ']'), many_members,
          std::string("{\"a\":1e999}"), std::string("\"\\ud800\""), std::string("\"\xff\""),
          std::string("{\"a\":\"")}) {
        const auto begun = std::clock();
        CHECK(explained({secret_text}, svix(id, timestamp, foreign), payload).what == verdict::wrong_signature);
        CHECK((std::clock() - begun) / CLOCKS_PER_SEC < 10); // of the processor's time, under every sanitizer
    }
}
