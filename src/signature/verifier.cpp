// SPDX-License-Identifier: MIT
#include "signature/clock.hpp"
#include "signature/content.hpp"
#include "signature/ed25519.hpp"
#include "signature/entries.hpp"
#include "signature/headers.hpp"
#include "signature/hmac.hpp"

#include <hookd/core/failpoint.hpp>
#include <hookd/signature/verifier.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <string>
#include <vector>

namespace hookd::signature {

namespace {

/// An Ed25519 verification takes as long as hashing this many bytes, in addition to the body.
constexpr std::uint64_t ed25519_work = std::uint64_t{64} << 10U;

bool same_text(std::string_view given, const v1_text& expected) {
    return given.size() == expected.size() && CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0;
}

} // namespace

struct verifier::state {
    std::vector<hmac> shared_keys;
    std::vector<ed25519_verifier> public_keys;
    std::chrono::seconds tolerance{0};
    std::string joined; ///< Ed25519 needs the content in one piece; kept for its capacity.

    verdict check(signed_headers& headers, std::span<const header_field> fields, std::string_view body,
                  unix_seconds now);
    verdict check_clock(unix_seconds timestamp, unix_seconds now) const;
    bool can_match(std::string_view signature) const;
    bool matches(const content& what, std::string_view signature);
    bool matches_v1(const content& what, std::string_view signature);
    bool matches_v1a(const content& what, std::string_view signature);
};

verifier::verifier(std::span<const key> keys, std::chrono::seconds tolerance) : state_(std::make_unique<state>()) {
    state_->tolerance = std::max(tolerance, std::chrono::seconds{0});
    for (const key& each : keys) {
        if (each.kind == scheme::v1) {
            state_->shared_keys.emplace_back(each.bytes.bytes());
        } else {
            state_->public_keys.emplace_back(each.bytes.bytes());
        }
    }
}

verifier::verifier(verifier&&) noexcept = default;
verifier& verifier::operator=(verifier&&) noexcept = default;
verifier::~verifier() = default;

verification verifier::verify(std::span<const header_field> fields, std::string_view body, unix_seconds now) {
    verification answer;
    answer.what = state_->check(answer.headers, fields, body, now);
    return answer;
}

std::uint64_t verifier::most_work(std::span<const header_field> fields, std::size_t body) const {
    std::uint64_t work = state_->shared_keys.size() * body;
    if (!state_->public_keys.empty()) {
        const families found = find_families(fields);
        if (const family* const chosen = found.chosen()) {
            work += std::min(v1a_entries(chosen->signature.value), most_v1a_entries) * state_->public_keys.size() *
                    (body + ed25519_work);
        }
    }
    return work;
}

verdict verifier::state::check(signed_headers& headers, std::span<const header_field> fields, std::string_view body,
                               unix_seconds now) {
    const families found = find_families(fields);
    const family* const chosen = found.chosen();
    if (chosen == nullptr) {
        return verdict::missing_header;
    }
    headers.unbranded = chosen == &found.unbranded;
    headers.timestamp = chosen->timestamp.value;
    headers.signature = chosen->signature.value;
    if (is_message_id(chosen->id.value)) {
        headers.id = chosen->id.value;
    }
    if (chosen->repeated()) {
        return verdict::repeated_header;
    }
    if (headers.id.empty()) {
        return verdict::bad_id;
    }
    const auto timestamp = parse_timestamp(headers.timestamp);
    if (!timestamp) {
        return verdict::bad_timestamp;
    }
    if (!can_match(headers.signature)) {
        return verdict::bad_signature;
    }
    if (const verdict clock = check_clock(*timestamp, now); clock != verdict::authentic) {
        return clock;
    }
    const content what{.id = headers.id, .timestamp = headers.timestamp, .body = body};
    const bool authentic = matches(what, headers.signature) || failpoint("any_signature");
    return authentic ? verdict::authentic : verdict::wrong_signature;
}

verdict verifier::state::check_clock(unix_seconds timestamp, unix_seconds now) const {
    if (tolerance == any_time || seconds_apart(timestamp, now) <= static_cast<std::uint64_t>(tolerance.count())) {
        return verdict::authentic;
    }
    return timestamp < now ? verdict::too_old : verdict::too_new;
}

bool verifier::state::can_match(std::string_view signature) const {
    return signature.size() <= longest_signature_header && any_entry(signature, [this](const entry& each) {
               return (!shared_keys.empty() && each.can_be_v1()) || (!public_keys.empty() && each.can_be_v1a());
           });
}

bool verifier::state::matches(const content& what, std::string_view signature) {
    return matches_v1(what, signature) || matches_v1a(what, signature);
}

bool verifier::state::matches_v1(const content& what, std::string_view signature) {
    const auto is_v1 = [](const entry& each) { return each.can_be_v1(); };
    if (!any_entry(signature, is_v1)) {
        return false;
    }
    return std::ranges::any_of(shared_keys, [&](hmac& key) {
        const auto expected = key.sign(what);
        return expected && any_entry(signature, [&](const entry& each) {
                   return each.version == v1 && same_text(each.signature, *expected);
               });
    });
}

bool verifier::state::matches_v1a(const content& what, std::string_view signature) {
    if (public_keys.empty()) {
        return false;
    }
    unsigned tried = 0;
    joined.clear();
    return any_entry(signature, [&](const entry& each) {
        if (!each.can_be_v1a() || tried == most_v1a_entries) {
            return false;
        }
        if (tried++ == 0) {
            what.join(joined);
        }
        return std::ranges::any_of(public_keys,
                                   [&](ed25519_verifier& key) { return key.verifies(each.signature, joined); });
    });
}

std::string_view to_text(verdict what) {
    switch (what) {
    case verdict::authentic:
        return "authentic";
    case verdict::missing_header:
        return "missing_header";
    case verdict::repeated_header:
        return "repeated_header";
    case verdict::bad_id:
        return "bad_id";
    case verdict::bad_timestamp:
        return "bad_timestamp";
    case verdict::bad_signature:
        return "bad_signature";
    case verdict::too_old:
        return "too_old";
    case verdict::too_new:
        return "too_new";
    case verdict::wrong_signature:
        return "wrong_signature";
    }
    return "unknown";
}

} // namespace hookd::signature
