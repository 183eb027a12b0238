// SPDX-License-Identifier: MIT
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "signature/content.hpp"

#include <hookd/signature/signer.hpp>
#include <hookd/signature/verifier.hpp>

#include <array>
#include <vector>

namespace hookd::fuzz {

namespace {

namespace sig = hookd::signature;

constexpr unix_seconds now{std::chrono::seconds{1'764'000'000}};
constexpr std::chrono::seconds tolerance{300};

/// Keys are set up once, as in the daemon. The pair is the one of RFC 8032 section 7.1, test 1.
struct keys {
    keys() : checks{make()} {
        signers.push_back(*sig::signer::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        signers.push_back(*sig::signer::parse(
            "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg=="));
    }
    static sig::verifier make() {
        std::vector<sig::key> all;
        all.push_back(*sig::key::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        all.push_back(*sig::key::parse("whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
        return {all, tolerance};
    }

    sig::verifier checks;
    std::vector<sig::signer> signers;
};

bool is_near(std::string_view timestamp) {
    const auto at = sig::parse_timestamp(timestamp);
    return at && *at >= now - tolerance && *at <= now + tolerance;
}

void check_key(std::string_view text) {
    const auto read = sig::key::parse(text);
    if (read) {
        require(!read->bytes.empty() && (read->kind == sig::scheme::v1 || read->bytes.bytes().size() == 32),
                "a key has the bytes that its scheme needs");
    } else {
        require(!read.error().message.empty(), "a refused key says why");
        // So long a word is none of the message's own.
        require(text.size() < 20 || text.contains(' ') || !read.error().message.contains(text),
                "an error never quotes a key");
    }
    const auto signer = sig::signer::parse(text);
    require(!signer || read || signer->kind() != sig::scheme::v1, "what signs by v1 verifies, too");
}

} // namespace

void signature(std::string_view bytes) {
    static keys held;
    input parts{bytes};
    const auto kind = parts.byte();
    if (kind == 'K') {
        return check_key(parts.rest());
    }
    const auto id = parts.line();
    const auto timestamp = parts.line();
    const auto before = parts.line();
    const auto after = parts.line();
    const auto body = parts.rest();
    const bool genuine = kind == 'S' || kind == 'P';
    std::string header{before};
    if (genuine) { // among other entries, as while keys are rotated
        header += ' ';
        header += held.signers[kind == 'S' ? 0 : 1].sign(id, timestamp, body);
        header += ' ';
    }
    header += after;
    const bool unbranded = kind == 'W';
    const std::array<header_field, 3> fields{{{unbranded ? "webhook-id" : "svix-id", id},
                                              {unbranded ? "webhook-timestamp" : "svix-timestamp", timestamp},
                                              {unbranded ? "webhook-signature" : "svix-signature", header}}};
    const auto judged = held.checks.verify(fields, body, now);
    require(judged.headers.id.empty() || judged.headers.id == id, "the id is the one that came");
    if (!genuine) {
        // Nobody finds a MAC of 256 bits by chance; the corpus has none.
        require(judged.what != sig::verdict::authentic, "nothing is authentic that was not signed");
    } else if (judged.what != sig::verdict::authentic) {
        require(!sig::is_message_id(id) || !is_near(timestamp) || header.size() > 8192 ||
                    before.size() + after.size() > 800, // behind 11 others a v1a entry is not tried any more
                "a signed message is authentic, whatever is beside its signature");
    } else {
        require(sig::is_message_id(id) && is_near(timestamp), "only a good id and time are authentic");
    }
}

} // namespace hookd::fuzz
