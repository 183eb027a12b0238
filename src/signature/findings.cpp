// SPDX-License-Identifier: MIT
#include "signature/findings.hpp"

#include "signature/content.hpp"
#include "signature/entries.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hookd::signature {

namespace {

void explain_incomplete(const family& part, std::string_view all, findings& into) {
    for (const found_header* header : part.headers()) {
        if (header->times == 0) {
            into.push_back(fmt::format("{} is missing, and {} headers count only if all three are there: pass it on.",
                                       header->name, all));
        } else if (!header->present()) {
            into.push_back(fmt::format("{} is empty: pass it on with its value.", header->name));
        }
    }
}

bool complete_together(const families& found) {
    const auto either = [](const found_header& a, const found_header& b) { return a.present() || b.present(); };
    return either(found.branded.id, found.unbranded.id) && either(found.branded.timestamp, found.unbranded.timestamp) &&
           either(found.branded.signature, found.unbranded.signature);
}

/// The content of the signature header, counted.
struct tally {
    std::size_t v1 = 0;
    std::size_t v1a = 0;
    std::size_t other_version = 0;
    std::size_t odd_length = 0; ///< The length of a v1 or v1a entry whose length is wrong; set if `odd`.
    bool odd = false;
    bool hex = false;

    explicit tally(std::string_view header) {
        any_entry(header, [this](const entry& each) {
            count(each);
            return false;
        });
    }

    std::size_t entries() const { return v1 + v1a + other_version + (odd ? 1 : 0); }

private:
    void count(const entry& each) {
        if (each.can_be_v1()) {
            ++v1;
        } else if (each.can_be_v1a()) {
            ++v1a;
        } else if (each.version == signature::v1 || each.version == signature::v1a) {
            odd = true;
            odd_length = each.signature.size();
            hex = hex || each.signature.size() == 64;
        } else {
            ++other_version;
        }
    }
};

} // namespace

void explain_missing(const families& found, findings& into) {
    if (found.branded.absent() && found.unbranded.absent()) {
        into.emplace_back("No signature headers: svix-id, svix-timestamp and svix-signature (or webhook-id, "
                          "webhook-timestamp and webhook-signature) are missing. Either the request is not from the "
                          "sender, or a proxy removes them: let them through.");
        return;
    }
    const bool mixed = complete_together(found);
    if (mixed) {
        into.emplace_back("Some headers are svix-*, the others webhook-*, and the two are never mixed: send all three "
                          "with the same prefix.");
    }
    if (!found.branded.absent()) {
        explain_incomplete(found.branded, "svix-*", into);
    }
    if (!found.unbranded.absent() && !mixed) {
        explain_incomplete(found.unbranded, "webhook-*", into);
    }
}

void explain_repeated(const family& chosen, findings& into) {
    for (const found_header* header : chosen.headers()) {
        if (header->times > 1) {
            into.push_back(fmt::format("{} came {} times, but must come once: find out what adds it (a proxy?).",
                                       header->name, header->times));
        }
    }
}

void explain_id(std::string_view id, findings& into) {
    if (id.size() > longest_id) {
        into.push_back(fmt::format("The message id has {} characters, but may have at most {}: use a shorter one.",
                                   id.size(), longest_id));
    }
    if (id.contains('.')) {
        into.emplace_back(
            "The message id contains \".\": the signed text is id.timestamp.body, so with a \".\" in the id a "
            "captured message could be replayed with its parts divided differently. Use an id without \".\", like the "
            "sender's.");
    }
    if (std::ranges::any_of(id, [](char c) { return c < 0x21 || c > 0x7e; })) {
        into.emplace_back("The message id contains white space, control characters or characters outside ASCII: use "
                          "visible ASCII characters.");
    }
}

void explain_timestamp(std::string_view timestamp, findings& into) {
    std::string_view seen = "it contains other characters";
    if (timestamp.find_first_not_of("0123456789") == std::string_view::npos) {
        seen = timestamp.size() > 18 ? "it has more than 18 digits" : "it has a leading zero";
    } else if (timestamp.find_first_of(" \t") != std::string_view::npos) {
        seen = "it contains white space";
    } else if (timestamp.front() == '-' || timestamp.front() == '+') {
        seen = "it has a sign";
    }
    into.push_back(fmt::format("The timestamp must be whole Unix seconds, digits only: {}.", seen));
}

void explain_entries(std::string_view signature, schemes configured, findings& into) {
    if (signature.size() > longest_signature_header) {
        into.push_back(fmt::format(
            "The signature header has {} bytes, but only {} are accepted, and the sender's has about 1000 at most: "
            "find out what extends it.",
            signature.size(), longest_signature_header));
        return;
    }
    const tally seen(signature);
    if (seen.entries() == 0) {
        into.emplace_back(
            "The signature header has no entry with a comma: pass it on as the sender writes it, v1,BASE64.");
        return;
    }
    explain_skipped(signature, configured, into);
    if (seen.hex) {
        into.emplace_back("An entry has 64 characters, as if it were in hexadecimal: sign in base64.");
    } else if (seen.odd) {
        into.push_back(fmt::format(
            "The signature of an entry has {} characters, but v1 has {} and v1a has {}: pass the signature header "
            "on whole.",
            seen.odd_length, v1_length, v1a_length));
    }
    if (seen.other_version > 0 && seen.entries() == seen.other_version) {
        into.emplace_back("The signature header has only unknown versions: sign the message with v1 (or v1a), in lower "
                          "case.");
    }
}

void explain_untried(std::string_view signature, findings& into) {
    if (const unsigned seen = v1a_entries(signature); seen > most_v1a_entries) {
        into.push_back(fmt::format(
            "The message has {} v1a signatures, but only the first {} are tried: sign it with fewer v1a keys.", seen,
            most_v1a_entries));
    }
}

void explain_skipped(std::string_view signature, schemes configured, findings& into) {
    const tally seen(signature);
    if (seen.v1a > 0 && !configured.v1a) {
        into.emplace_back(seen.v1 > 0
                              ? "The v1a signature was skipped, because no public key (whpk_…) is configured. There "
                                "is nothing to do about it."
                              : "The message is signed only with v1a, but no public key is configured: configure the "
                                "endpoint's public key (whpk_…).");
    }
    if (seen.v1 > 0 && !configured.v1) {
        into.emplace_back(seen.v1a > 0
                              ? "The v1 signature was skipped, because only public keys (whpk_…) are configured. There "
                                "is nothing to do about it."
                              : "The message is signed only with v1, but only public keys (whpk_…) are configured: "
                                "configure the endpoint's secret (whsec_…).");
    }
}

} // namespace hookd::signature
