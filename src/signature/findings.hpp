// SPDX-License-Identifier: MIT
#pragma once

#include "signature/headers.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The parts of `explain` that check only the headers of a request. They quote nothing of the request, which may come
/// from anyone, because the text goes to an operator's terminal.
namespace hookd::signature {

using findings = std::vector<std::string>;

/// No family is complete.
void explain_missing(const families& found, findings& into);

void explain_repeated(const family& chosen, findings& into);

void explain_id(std::string_view id, findings& into);

void explain_timestamp(std::string_view timestamp, findings& into);

/// The kinds of keys to verify with.
struct schemes {
    bool v1 = false;
    bool v1a = false;
};

/// No entry of the signature header can match a key.
void explain_entries(std::string_view signature, schemes configured, findings& into);

/// v1a entries that were not tried, because there are too many; adds nothing if there are none.
void explain_untried(std::string_view signature, findings& into);

/// Entries that were skipped because there is no key for their scheme; adds nothing if there are none.
void explain_skipped(std::string_view signature, schemes configured, findings& into);

} // namespace hookd::signature
