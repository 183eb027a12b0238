// SPDX-License-Identifier: MIT
#include <hookd/core/byte_size.hpp>
#include <hookd/core/event.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/core/text.hpp>
#include <hookd/core/time.hpp>

#include <catch2/catch.hpp>

using namespace hookd;
using namespace std::chrono_literals;

TEST_CASE("byte size: whole numbers with binary units, and nothing else") {
    CHECK(parse_byte_size("1 MiB") == byte_size{1'048'576});
    CHECK(parse_byte_size("16KiB") == byte_size{16'384});
    CHECK(parse_byte_size("4 GiB") == byte_size{std::uint64_t{4} << 30U});
    CHECK(parse_byte_size("1000") == byte_size{1000});
    CHECK(parse_byte_size("0 B") == byte_size{0});
    for (const auto* text : {"", "MiB", "1 MB", "1 kB", "-1 B", "1.5 MiB", "1  MiB", "1 MiB ", "17000000 TiB"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_byte_size(text));
    }
    CHECK(to_text(byte_size{1'048'576}) == "1 MiB");
    CHECK(to_text(byte_size{1'536}) == "1536 B");
    CHECK(to_text(byte_size{0}) == "0 B");
}

TEST_CASE("duration: a whole number and a unit") {
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("10s") == 10s);
    CHECK(parse_duration("7d") == 168h);
    for (const auto* text : {"", "s", "10", "10 s", "-1s", "1.5s", "1h30m", "9223372036854775807d"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text));
    }
    CHECK(to_text(90'000ms) == "90s");
    CHECK(to_text(300'000ms) == "5m");
    CHECK(to_text(0ms) == "0ms");
}

TEST_CASE("time: for people a duration has its two largest units at most") {
    CHECK(to_short_text(336'411ms) == "5m36s");
    CHECK(to_short_text(24h * 3 + 4h + 59min) == "3d4h");
    CHECK(to_short_text(24h * 3 + 59min) == "3d");
    CHECK(to_short_text(90s) == "1m30s");
    CHECK(to_short_text(59'999ms) == "59s");
    CHECK(to_short_text(1'590ms) == "1.5s");
    CHECK(to_short_text(2'000ms) == "2s");
    CHECK(to_short_text(250ms) == "250ms");
    CHECK(to_short_text(0ms) == "0s");
    CHECK(to_short_text(-5ms) == "0s");
}

TEST_CASE("time: RFC 3339 in UTC with three decimals") {
    CHECK(to_rfc3339(unix_millis{1'700'000'000'123ms}) == "2023-11-14T22:13:20.123Z");
    CHECK(to_rfc3339(unix_millis{0ms}) == "1970-01-01T00:00:00.000Z");
}

TEST_CASE("event: the subject is collection/document, or the one there is") {
    event what;
    CHECK(what.subject().empty());
    what.document = "a.pdf";
    CHECK(what.subject() == "a.pdf");
    what.collection = "c";
    CHECK(what.subject() == "c/a.pdf");
}

TEST_CASE("field names: ASCII case does not matter") {
    CHECK(same_field_name("Svix-Id", "svix-id"));
    CHECK_FALSE(same_field_name("svix-id", "svix_id"));
    CHECK_FALSE(same_field_name("svix-i", "svix-id"));
}

TEST_CASE("text: trimmed at both ends, never inside") {
    CHECK(trimmed(" \t a b\t") == "a b");
    CHECK(trimmed("a") == "a");
    CHECK(trimmed(" \t ").empty());
    CHECK(trimmed("").empty());
    CHECK(trimmed("\r\na\r\n") == "\r\na\r\n");
    CHECK(trimmed("\r\na \r\n", " \r\n") == "a");
}

TEST_CASE("text: a prefix ends between characters") {
    CHECK(utf8_prefix("abc", 3) == "abc");
    CHECK(utf8_prefix("abc", 2) == "ab");
    CHECK(utf8_prefix("aé", 2) == "a");
    CHECK(utf8_prefix("\xF0\x9F\x92\xA3", 3).empty());
    CHECK(utf8_prefix("\xF0\x9F\x92\xA3x", 4) == "\xF0\x9F\x92\xA3");
    CHECK(utf8_prefix("é", 1).empty());
    CHECK(utf8_prefix("é", 0).empty());
    CHECK(utf8_prefix("", 0).empty());
}

TEST_CASE("text: a prefix of what is no UTF-8 is hardly shorter") {
    CHECK(utf8_prefix("\x80\x80\x80\x80\x80\x80\x80\x80", 7).size() == 4);
}
