// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/signature/verifier.hpp>

#include <array>
#include <span>
#include <string_view>

namespace hookd::signature {

/// One of the three headers, as a request has it.
struct found_header {
    std::string_view name;  ///< In lower case.
    std::string_view value; ///< The first that is not empty.
    std::size_t times = 0;  ///< How often it came, empty or not.

    bool present() const { return !value.empty(); }
};

/// What a request has of one family of headers.
struct family {
    found_header id;
    found_header timestamp;
    found_header signature;

    /// It counts only as a whole: mixing families would let one be completed by headers of another origin.
    bool complete() const { return id.present() && timestamp.present() && signature.present(); }
    bool repeated() const { return id.times > 1 || timestamp.times > 1 || signature.times > 1; }
    bool absent() const { return id.times + timestamp.times + signature.times == 0; }
    std::array<const found_header*, 3> headers() const { return {&id, &timestamp, &signature}; }
};

struct families {
    family branded;   ///< svix-*
    family unbranded; ///< webhook-*

    /// The one that counts: svix-* where it is complete, else webhook-*; null where neither is.
    const family* chosen() const;
};

/// Looks the six headers up.
families find_families(std::span<const header_field> fields);

} // namespace hookd::signature
