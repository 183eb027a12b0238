// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/signature/verifier.hpp>

#include <array>
#include <span>
#include <string_view>

namespace hookd::signature {

/// One of the three headers of a request.
struct found_header {
    std::string_view name;  ///< In lower case.
    std::string_view value; ///< The first that is not empty.
    std::size_t times = 0;  ///< How often it came, empty or not.

    bool present() const { return !value.empty(); }
};

/// The headers of one family in a request.
struct family {
    found_header id;
    found_header timestamp;
    found_header signature;

    /// A family counts only as a whole: otherwise it could be completed with headers of another origin.
    bool complete() const { return id.present() && timestamp.present() && signature.present(); }
    bool repeated() const { return id.times > 1 || timestamp.times > 1 || signature.times > 1; }
    bool absent() const { return id.times + timestamp.times + signature.times == 0; }
    std::array<const found_header*, 3> headers() const { return {&id, &timestamp, &signature}; }
};

struct families {
    family branded;   ///< svix-*
    family unbranded; ///< webhook-*

    /// The one that counts: svix-* if it is complete, otherwise webhook-*; null if neither is.
    const family* chosen() const;
};

/// Finds the six headers.
families find_families(std::span<const header_field> fields);

} // namespace hookd::signature
