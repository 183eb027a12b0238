// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/secret.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace hookd::signature {

enum class scheme : std::uint8_t {
    v1,  ///< HMAC-SHA256 with a shared secret
    v1a, ///< Ed25519 with the sender's public key
};

/// A verification key as an operator was given it. Decoded bytes are cleansed when freed.
struct key {
    scheme kind = scheme::v1;
    secret bytes; ///< v1: any length but 0; v1a: the 32 bytes of the public key.

    /// Reads `whsec_` or nothing + base64 (v1), `whpk_` + base64 (v1a). Strict, canonical base64; `whsk_`, a private
    /// key, is refused. The error never quotes the text.
    static result<key> parse(std::string_view text);

    /// A doubt that does not stop the key from working (shorter than 24 bytes); empty: none.
    std::string_view doubt() const;
    /// Another: the key's bytes are the text of a key, or of base64 that somebody's tool has encoded once more. Chance
    /// makes such bytes next to never.
    bool looks_encoded_twice() const;
};

} // namespace hookd::signature
