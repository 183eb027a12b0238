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

/// A verification key as given to an operator. The decoded bytes are overwritten when freed.
struct key {
    scheme kind = scheme::v1;
    secret bytes; ///< v1: any length except 0; v1a: the 32 bytes of the public key.

    /// Parses `whsec_` or no prefix + base64 (v1), `whpk_` + base64 (v1a). Only canonical base64; `whsk_`, a private
    /// key, is an error. The error never quotes the text.
    static result<key> parse(std::string_view text);

    /// A warning about a key that works (shorter than 24 bytes); empty if none.
    std::string_view doubt() const;
    /// Another warning: the key's bytes are the text of a key, or base64 that was encoded twice. Random bytes are
    /// almost never like that.
    bool looks_encoded_twice() const;
};

} // namespace hookd::signature
