// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/secret.hpp>

#include <string_view>

namespace hookd::signature {

/// The kind of a key, by its prefix.
enum class key_form : std::uint8_t {
    shared,      ///< `whsec_` or no prefix
    public_key,  ///< `whpk_`
    private_key, ///< `whsk_`
};

struct key_text {
    key_form form = key_form::shared;
    secret bytes; ///< Never empty.
};

/// Removes the prefix (one, case-sensitive) and decodes the rest. Errors say what is wrong and never quote the text.
result<key_text> read_key_text(std::string_view text);

} // namespace hookd::signature
