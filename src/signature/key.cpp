// SPDX-License-Identifier: MIT
#include "signature/ed25519.hpp"
#include "signature/key_text.hpp"

#include <hookd/core/base64.hpp>
#include <hookd/core/text.hpp>
#include <hookd/signature/key.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

namespace hookd::signature {

namespace {

/// The minimum of the specification. Svix's own manual shows a key of 18 bytes, so shorter keys exist.
constexpr std::size_t advised_key_size = 24;

constexpr std::size_t least_encoded = 16;

/// A copy of a key's text that is overwritten at the end of its scope.
struct passing_text {
    std::string text;

    explicit passing_text(std::string_view from) {
        text.reserve(from.size());
        std::ranges::remove_copy_if(from, std::back_inserter(text), [](char c) { return c == '\r' || c == '\n'; });
    }
    passing_text(const passing_text&) = delete;
    passing_text& operator=(const passing_text&) = delete;
    ~passing_text() { cleanse(std::span{text}); }
};

} // namespace

result<key> key::parse(std::string_view text) {
    auto read = read_key_text(text);
    if (!read) {
        return std::unexpected(std::move(read).error());
    }
    switch (read->form) {
    case key_form::shared:
        return key{scheme::v1, std::move(read->bytes)};
    case key_form::public_key:
        if (read->bytes.bytes().size() != ed25519_public_size) {
            return std::unexpected(error{"the public key (whpk_…) has " + std::to_string(read->bytes.bytes().size()) +
                                         " bytes, but must have 32: copy it whole"});
        }
        return key{scheme::v1a, std::move(read->bytes)};
    case key_form::private_key:
        break;
    }
    return std::unexpected(
        error{"the secret is a private key (whsk_…), which only the sender may have: use the public key "
              "(whpk_…), and replace the pair if others have seen the private key"});
}

bool key::looks_encoded_twice() const {
    const passing_text without_line_ends{bytes.text()}; // echo(1) adds one, and base64(1) breaks lines
    const auto text = trimmed(without_line_ends.text);
    if (text.starts_with("whsec_") || text.starts_with("whpk_")) {
        return true;
    }
    const auto any = [&](char first, char last) {
        return std::ranges::any_of(text, [&](char c) { return c >= first && c <= last; });
    };
    const bool other = any('0', '9') || text.find_first_of("+/=") != std::string_view::npos;
    const auto size = base64::decoded_size(text);
    // A passphrase or hexadecimal digits have fewer kinds of characters than the base64 of 16 random bytes.
    if (!size || *size < least_encoded || !any('A', 'Z') || !any('a', 'z') || !other) {
        return false;
    }
    std::vector<std::byte> decoded(*size);
    const bool whole = base64::decode(text, decoded);
    cleanse(std::span{decoded});
    return whole;
}

std::string_view key::doubt() const {
    return kind == scheme::v1 && bytes.bytes().size() < advised_key_size
               ? "the secret has fewer than 24 bytes, the minimum of the Standard Webhooks specification"
               : std::string_view{};
}

} // namespace hookd::signature
