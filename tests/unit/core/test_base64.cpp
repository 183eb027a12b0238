// SPDX-License-Identifier: MIT
#include <hookd/core/base64.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace base64 = hookd::base64;

namespace {

std::string base64_of(std::string_view bytes) {
    std::string text(base64::encoded_size(bytes.size()), '\0');
    base64::encode(std::as_bytes(std::span(bytes)), text.data());
    return text;
}

std::string bytes_of_base64(std::string_view text) {
    std::string bytes(base64::decoded_size(text).value_or(0), '\0');
    REQUIRE(base64::decode(text, std::as_writable_bytes(std::span(bytes))));
    return bytes;
}

bool canonical(std::string_view text) {
    std::array<std::byte, 64> buffer{};
    const auto size = base64::decoded_size(text);
    return size && base64::decode(text, std::span(buffer).first(*size));
}

} // namespace

TEST_CASE("base64: the test vectors of RFC 4648 section 10, both ways") {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (const auto& [bytes, text] : table) {
        CHECK(base64_of(bytes) == text);
        CHECK(bytes_of_base64(text) == bytes);
    }
}

TEST_CASE("base64: all 64 characters are written and read") {
    std::string every;
    for (unsigned i = 0; i < 256; ++i) {
        every += static_cast<char>(i);
    }
    CHECK(bytes_of_base64(base64_of(every)) == every);
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    CHECK(base64_of(bytes_of_base64(alphabet)) == alphabet);
}

TEST_CASE("base64: a byte string has exactly one text") {
    // Of all last groups of two characters and two of padding, only the 256 with zero unused bits are read.
    std::set<std::string> accepted;
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second), '=', '='};
            if (canonical(text)) {
                accepted.insert(bytes_of_base64(text));
                CHECK(base64_of(bytes_of_base64(text)) == text);
            }
        }
    }
    CHECK(accepted.size() == 256);
}

TEST_CASE("base64: what lenient decoders let pass is refused") {
    for (const std::string_view text :
         {"Zg", "Zg=", "Zh==", "Zm9=", "Zm8", "Zg==\n", " Zg==", "Zg== ", "Zg==Zg==", "Z===", "====", "=",
          "Zm8=Zm8=", "Zm-v", "Zm_v", "Zm9v\nZm9v", "Zm9v,", "Zm\0v"}) {
        INFO(text);
        CHECK_FALSE(canonical(text));
    }
}
