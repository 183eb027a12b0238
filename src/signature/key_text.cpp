// SPDX-License-Identifier: MIT
#include "signature/key_text.hpp"

#include <hookd/core/base64.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace hookd::signature {

namespace {

struct form_prefix {
    std::string_view prefix;
    key_form form;
};

constexpr std::array<form_prefix, 3> prefixes{{
    {"whsec_", key_form::shared},
    {"whpk_", key_form::public_key},
    {"whsk_", key_form::private_key},
}};

/// Including the typographic ones, which word processors and chats insert.
constexpr std::array<std::string_view, 8> quotes{"\"", "'", "`", "‘", "’", "“", "”", "„"};

/// Decoded key bytes on their way into a `secret`; overwritten at the end of the scope.
struct passing_bytes {
    std::vector<std::byte> bytes;

    explicit passing_bytes(std::size_t size) : bytes(size) {}
    passing_bytes(const passing_bytes&) = delete;
    passing_bytes& operator=(const passing_bytes&) = delete;
    ~passing_bytes() { cleanse(std::span(bytes)); }
};

bool starts_like_prefix(std::string_view text) {
    return std::ranges::any_of(prefixes, [&](const form_prefix& known) {
        return text.size() >= known.prefix.size() &&
               std::ranges::equal(text.substr(0, known.prefix.size()), known.prefix, {},
                                  [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    });
}

/// Why `text`, without its prefix, is not canonical base64.
std::string_view base64_error(std::string_view text, bool prefixed) {
    if (text.starts_with("\xef\xbb\xbf")) {
        return "its file begins with a byte order mark: save it as UTF-8 without one";
    }
    if (text.contains('\0')) {
        return "its file is in UTF-16: save it as UTF-8 without a byte order mark";
    }
    if (std::ranges::any_of(quotes, [&](std::string_view quote) { return text.contains(quote); })) {
        return "there are quotes around it: remove them";
    }
    if (starts_like_prefix(text)) {
        return prefixed ? "it has two prefixes: keep one"
                        : "its prefix is not in lower case: write it as whsec_ or whpk_";
    }
    if (text.find_first_of(" \t\r\n") != std::string_view::npos) {
        return "it contains white space: write only the secret, on one line";
    }
    if (!prefixed && text.contains("whsec_")) {
        return "there is something before whsec_: write only the secret";
    }
    if (text.find_first_of("-_") != std::string_view::npos) {
        return "it contains \"-\" or \"_\", which this base64 does not have: copy the secret as the sender shows it";
    }
    if (text.size() % 4 != 0) {
        return "characters or the \"=\" at its end are missing: copy the secret whole";
    }
    return "it is not base64: copy the secret whole, as the sender shows it";
}

} // namespace

result<key_text> read_key_text(std::string_view text) {
    if (text.empty()) {
        return std::unexpected(
            error{"the secret is empty: use that of the endpoint (whsec_…), which registering returns"});
    }
    key_text read;
    const auto* const known = std::ranges::find_if(
        prefixes, [&](const form_prefix& candidate) { return text.starts_with(candidate.prefix); });
    const bool prefixed = known != prefixes.end();
    if (prefixed) {
        read.form = known->form;
        text.remove_prefix(known->prefix.size());
    }
    if (text.empty()) {
        return std::unexpected(error{"the secret has nothing after its prefix: copy the secret whole"});
    }
    const auto unreadable = [&] {
        return std::unexpected(error{"invalid secret: " + std::string(base64_error(text, prefixed))});
    };
    const auto size = base64::decoded_size(text);
    if (!size) {
        return unreadable();
    }
    passing_bytes decoded(*size); // at least one byte: a text that is not empty has a group of four
    if (!base64::decode(text, decoded.bytes)) {
        return unreadable();
    }
    read.bytes = secret(std::span<const std::byte>(decoded.bytes));
    return read;
}

} // namespace hookd::signature
