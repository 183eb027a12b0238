// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/signature/verifier.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::signature {

/// Why a message is authentic or not, for the operator who has the secrets; never for the sender. Sentences, the most
/// important first, each with the problem and then the advice. They contain no secret and no expected signature.
struct explanation {
    verdict what = verdict::missing_header;
    std::vector<std::string> findings;
};

/// Verifies like a verifier with these keys and this tolerance, then also checks the signature of a message whose time
/// is wrong, changes of the body by proxies or frameworks, and the other family of headers. Takes about twenty times as
/// long as verifying. Throws what the verifier's constructor throws.
explanation explain(std::span<const key> keys, std::span<const header_field> fields, std::string_view body,
                    unix_seconds now, std::chrono::seconds tolerance);

} // namespace hookd::signature
