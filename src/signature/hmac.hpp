// SPDX-License-Identifier: MIT
#pragma once

#include "signature/content.hpp"
#include "signature/entries.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace hookd::signature {

/// The text of a v1 signature.
using v1_text = std::array<char, v1_length>;

/// HMAC-SHA256 with a key whose schedule is computed once. Not thread-safe.
class hmac {
public:
    /// Throws std::runtime_error for an empty key (which OpenSSL treats as "no change") and if OpenSSL has no SHA-256.
    explicit hmac(std::span<const std::byte> key);
    hmac(const hmac&) = delete;
    hmac& operator=(const hmac&) = delete;
    hmac(hmac&&) noexcept;
    hmac& operator=(hmac&&) noexcept;
    ~hmac();

    /// Nothing if OpenSSL fails (out of memory): then no signature can match.
    std::optional<v1_text> sign(const content& what);

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace hookd::signature
