// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace hookd::signature {

constexpr std::string_view v1 = "v1";
constexpr std::string_view v1a = "v1a";

constexpr std::size_t v1_length = 44;  ///< Characters of base64 for 32 bytes.
constexpr std::size_t v1a_length = 88; ///< For 64 bytes.

/// The sender makes at most 11 entries (one for each key still valid): 1022 bytes. The rest is reserve.
constexpr std::size_t longest_signature_header = 8192;

/// Further v1a entries are not tried: each costs a pass over the body and an Ed25519 verification for each public key,
/// while all v1 entries share one HMAC per key. The sender usually makes one or two, at most 11. Messages that take
/// long do not block others (`verifier::most_work`).
constexpr unsigned most_v1a_entries = 11;

/// A `version,signature` of the signature header.
struct entry {
    std::string_view version;
    std::string_view signature;

    bool can_be_v1() const { return version == v1 && signature.size() == v1_length; }
    bool can_be_v1a() const { return version == v1a && signature.size() == v1a_length; }
};

/// Calls `accept` with each entry until it returns true, and returns whether it did. Entries are separated by spaces,
/// version and signature by the first comma. What is empty or has no comma is skipped, so that it cannot hide a valid
/// entry after it.
template <class Accept>
bool any_entry(std::string_view header, Accept accept) {
    while (!header.empty()) {
        const std::size_t space = header.find(' ');
        const std::string_view text = header.substr(0, space);
        header = space == std::string_view::npos ? std::string_view{} : header.substr(space + 1);
        const std::size_t comma = text.find(',');
        if (comma != std::string_view::npos && accept(entry{text.substr(0, comma), text.substr(comma + 1)})) {
            return true;
        }
    }
    return false;
}

inline unsigned v1a_entries(std::string_view header) {
    unsigned count = 0;
    any_entry(header, [&](const entry& each) {
        count += each.can_be_v1a() ? 1 : 0;
        return false;
    });
    return count;
}

} // namespace hookd::signature
