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
            into.push_back(fmt::format("Pass {} on: it is missing, and {} headers count only if all three are there.",
                                       header->name, all));
        } else if (!header->present()) {
            into.push_back(fmt::format("Pass {} on with its value: it is empty.", header->name));
        }
    }
}

bool complete_together(const families& found) {
    const auto either = [](const found_header& a, const found_header& b) { return a.present() || b.present(); };
    return either(found.branded.id, found.unbranded.id) && either(found.branded.timestamp, found.unbranded.timestamp) &&
           either(found.branded.signature, found.unbranded.signature);
}

/// What the signature header holds, counted.
struct tally {
    std::size_t v1 = 0;
    std::size_t v1a = 0;
    std::size_t other_version = 0;
    std::size_t odd_length = 0; ///< That of one v1 or v1a entry whose length is wrong; meaningful if `odd`.
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
        into.emplace_back("Let svix-id, svix-timestamp and svix-signature (or webhook-id, webhook-timestamp and "
                          "webhook-signature) through: none of them is there. Either the request is not from the "
                          "sender, or a proxy takes them away.");
        return;
    }
    const bool mixed = complete_together(found);
    if (mixed) {
        into.emplace_back("Send all three headers under one name: some came as svix-*, the others as webhook-*, and "
                          "the two are never mixed.");
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
            into.push_back(
                fmt::format("Find out what adds a second {} (a proxy?): it came {} times and must come once.",
                            header->name, header->times));
        }
    }
}

void explain_id(std::string_view id, findings& into) {
    if (id.size() > longest_id) {
        into.push_back(
            fmt::format("Use a shorter message id: it has {} characters and may have {}.", id.size(), longest_id));
    }
    if (id.contains('.')) {
        into.emplace_back(
            "Use a message id without \".\": the signed text is id.timestamp.body, and with a \".\" in the "
            "id a captured message could be replayed with its borders moved. The sender's ids have none.");
    }
    if (std::ranges::any_of(id, [](char c) { return c < 0x21 || c > 0x7e; })) {
        into.emplace_back("Use a message id of visible ASCII characters: it has white space, control characters or "
                          "others in it.");
    }
}

void explain_timestamp(std::string_view timestamp, findings& into) {
    std::string_view seen = "something else is in it";
    if (timestamp.find_first_not_of("0123456789") == std::string_view::npos) {
        seen = timestamp.size() > 18 ? "it has more than 18 digits" : "it has a zero in front";
    } else if (timestamp.find_first_of(" \t") != std::string_view::npos) {
        seen = "there is white space in it";
    } else if (timestamp.front() == '-' || timestamp.front() == '+') {
        seen = "it has a sign in front";
    }
    into.push_back(fmt::format("Send the timestamp as whole Unix seconds, digits only: {}.", seen));
}

void explain_entries(std::string_view signature, schemes configured, findings& into) {
    if (signature.size() > longest_signature_header) {
        into.push_back(
            fmt::format("Find out what lengthens the signature header: it has {} bytes, {} are read, and the "
                        "sender's has about 1000 at most.",
                        signature.size(), longest_signature_header));
        return;
    }
    const tally seen(signature);
    if (seen.entries() == 0) {
        into.emplace_back(
            "Pass the signature header on as the sender writes it, v1,BASE64: it has no entry with a comma.");
        return;
    }
    explain_skipped(signature, configured, into);
    if (seen.hex) {
        into.emplace_back("Sign in base64: an entry has 64 characters, as if it were in hexadecimal.");
    } else if (seen.odd) {
        into.push_back(
            fmt::format("Pass the signature header on whole: an entry has {} characters of signature; v1 has "
                        "{}, v1a has {}.",
                        seen.odd_length, v1_length, v1a_length));
    }
    if (seen.other_version > 0 && seen.entries() == seen.other_version) {
        into.emplace_back("Have the message signed with v1 (or v1a): the header has only other versions. Versions are "
                          "written in lower case.");
    }
}

void explain_untried(std::string_view signature, findings& into) {
    if (const unsigned seen = v1a_entries(signature); seen > most_v1a_entries) {
        into.push_back(
            fmt::format("Have the message signed with fewer v1a keys: of its {} v1a signatures the first {} are "
                        "tried.",
                        seen, most_v1a_entries));
    }
}

void explain_skipped(std::string_view signature, schemes configured, findings& into) {
    const tally seen(signature);
    if (seen.v1a > 0 && !configured.v1a) {
        into.emplace_back(seen.v1 > 0
                              ? "Nothing to do about v1a: that signature was skipped, as no public key (whpk_…) is "
                                "among the secrets."
                              : "Configure the endpoint's public key (whpk_…): the message is signed with v1a "
                                "alone, and no public key is among the secrets.");
    }
    if (seen.v1 > 0 && !configured.v1) {
        into.emplace_back(seen.v1a > 0
                              ? "Nothing to do about v1: that signature was skipped, as only public keys (whpk_…) "
                                "are configured."
                              : "Configure the endpoint's secret (whsec_…): the message is signed with v1 alone, "
                                "and only public keys (whpk_…) are configured.");
    }
}

} // namespace hookd::signature
