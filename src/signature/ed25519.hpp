// SPDX-License-Identifier: MIT
#pragma once

#include "signature/entries.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace hookd::signature {

/// The text of a v1a signature.
using v1a_text = std::array<char, v1a_length>;

constexpr std::size_t ed25519_public_size = 32;
constexpr std::size_t ed25519_private_size = 64; ///< The seed, then the public key.

/// Pure Ed25519 (RFC 8032). Not thread-safe.
class ed25519_verifier {
public:
    /// Throws std::runtime_error if the key does not have 32 bytes or OpenSSL has no Ed25519.
    explicit ed25519_verifier(std::span<const std::byte> public_key);
    ed25519_verifier(const ed25519_verifier&) = delete;
    ed25519_verifier& operator=(const ed25519_verifier&) = delete;
    ed25519_verifier(ed25519_verifier&&) noexcept;
    ed25519_verifier& operator=(ed25519_verifier&&) noexcept;
    ~ed25519_verifier();

    /// `signature` is the text of the entry: canonical base64 of 64 bytes with S < L (RFC 8032 section 5.1.7),
    /// otherwise false.
    bool verifies(std::string_view signature, std::string_view message);

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// The sender's side.
class ed25519_signer {
public:
    /// Nothing if the second half is not the public key of the first: signing with another public key can reveal the
    /// private one.
    static std::optional<ed25519_signer> create(std::span<const std::byte, ed25519_private_size> seed_and_public);
    ed25519_signer(const ed25519_signer&) = delete;
    ed25519_signer& operator=(const ed25519_signer&) = delete;
    ed25519_signer(ed25519_signer&&) noexcept;
    ed25519_signer& operator=(ed25519_signer&&) noexcept;
    ~ed25519_signer();

    /// Nothing if OpenSSL fails.
    std::optional<v1a_text> sign(std::string_view message);

private:
    struct state;
    explicit ed25519_signer(std::unique_ptr<state> own);
    std::unique_ptr<state> state_;
};

} // namespace hookd::signature
