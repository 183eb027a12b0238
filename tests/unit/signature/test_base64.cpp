#include "signature/base64.hpp"
#include "signature/fixture.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <set>

namespace base64 = hookd::signature::base64;
using namespace signature_test;

namespace {

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

TEST_CASE("base64: exactly one text stands for a byte string") {
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
