// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/signature/verifier.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::signature {

/// Why a message is authentic or not, for the operator who holds the secrets; never for the sender. Sentences, the most
/// telling first; each begins with what to do, where there is something to do. No secret and no expected signature is
/// in them.
struct explanation {
    verdict what = verdict::missing_header;
    std::vector<std::string> findings;
};

/// Judges as a verifier with these keys and this tolerance does, then looks further: at the signature of a message
/// whose clock is wrong, at what a proxy or framework may have done to the body, at the other family of headers. Takes
/// some twenty times as long as verifying. Throws what the verifier's constructor throws.
explanation explain(std::span<const key> keys, std::span<const header_field> fields, std::string_view body,
                    unix_seconds now, std::chrono::seconds tolerance);

} // namespace hookd::signature
