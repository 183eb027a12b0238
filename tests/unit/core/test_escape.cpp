// SPDX-License-Identifier: MIT
#include <hookd/core/escape.hpp>
#include <hookd/core/json_text.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace hookd;

namespace {

std::string utf8(char32_t code) {
    std::string text;
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xc0U | (code >> 6U));
        text += static_cast<char>(0x80U | (code & 0x3fU));
    } else {
        text += static_cast<char>(0xe0U | (code >> 12U));
        text += static_cast<char>(0x80U | ((code >> 6U) & 0x3fU));
        text += static_cast<char>(0x80U | (code & 0x3fU));
    }
    return text;
}

/// What no terminal and no log may get, written out once more.
bool steers(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x206f) || code == 0xfeff;
}

std::string json_escaped(std::string_view json) {
    std::string text;
    append_escaped_json(text, json);
    return text;
}

} // namespace

TEST_CASE("escape: of every character up to U+FFFF those that steer a terminal are written out, and no others") {
    for (char32_t code = 0; code <= 0xffff; ++code) {
        if (code >= 0xd800 && code <= 0xdfff) {
            continue;
        }
        const auto text = "a" + utf8(code) + "b";
        if ((escaped(text) == text) == steers(code)) {
            FAIL("U+" << std::hex << static_cast<unsigned>(code) << " comes as " << escaped(text));
        }
    }
}

TEST_CASE("escape: bytes that are not UTF-8 are written out one by one") {
    CHECK(escaped("\xff\xc3") == "\\xff\\xc3");
    CHECK(escaped("\xc0\x80\xed\xa0\x80") == "\\xc0\\x80\\xed\\xa0\\x80");
    CHECK(escaped("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
    CHECK(escaped("\xe2\x80") == "\\xe2\\x80");
    CHECK(escaped("\xe2\x80\xae\xf0\x9f\x92\xa3") == "\\u202e\xf0\x9f\x92\xa3");
}

TEST_CASE("escape: line feeds stay in a paragraph alone") {
    CHECK(escaped("a\nb") == "a\\x0ab");
    CHECK(escaped_paragraph("a\x1b\n\nb\t") == "a\\x1b\n\nb\\x09");
    CHECK(escaped_paragraph("a\x1b\n\u2028\n") == "a\\x1b\n\\u2028\n");
}

TEST_CASE("escape: a JSON text keeps all its values, and no reader of lines or terminal sees anything else in it") {
    for (char32_t code = 0x20; code <= 0xffff; ++code) {
        if (code == '"' || code == '\\' || (code >= 0xd800 && code <= 0xdfff)) {
            continue;
        }
        const auto json = "[\"" + utf8(code) + "\"]";
        const auto shown = json_escaped(json);
        if ((shown == json) == steers(code) || escaped(shown) != shown || parse_json(shown) != parse_json(json)) {
            FAIL("U+" << std::hex << static_cast<unsigned>(code) << " comes as " << shown);
        }
    }
    CHECK(json_escaped("{\n\t\"a\" :\r\n\"\x7f\"}") == "{\n\t\"a\" :\r\n\"\\u007f\"}");
}

TEST_CASE("json: a line of JSON is safe for a terminal, whatever is in its strings") {
    const std::string hostile = "\x1b[31m\u202e\u2028\x7f\u009b";
    const auto line = json_line({{hostile, hostile}});
    CHECK(escaped(line) == line);
    CHECK(parse_json(line) == nlohmann::ordered_json{{hostile, hostile}});
    CHECK(json_line("\xff") == "\"\xef\xbf\xbd\"");
}

TEST_CASE("json: nesting deeper than 128 is distinguished from many brackets") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK_FALSE(nested_too_deeply(nested(128)));
    CHECK(nested_too_deeply(nested(129)));
    CHECK(nested_too_deeply("[\"\\\"]\",\"}}]]\"," + nested(128) + "]"));
    CHECK_FALSE(nested_too_deeply('"' + std::string(1000, '[') + '"'));
    CHECK_FALSE(nested_too_deeply("\"\\\\\\\"" + std::string(1000, '{') + '"'));
    std::string many = "[0";
    for (int i = 0; i < 1000; ++i) {
        many += ",{\"a\":[]}";
    }
    CHECK_FALSE(nested_too_deeply(many + "]"));
    CHECK(parse_json(nested(128)).is_array());
    CHECK(parse_json(nested(300'000)).is_discarded());
}
