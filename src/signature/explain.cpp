// SPDX-License-Identifier: MIT
#include "signature/body_origins.hpp"
#include "signature/body_signs.hpp"
#include "signature/clock.hpp"
#include "signature/content.hpp"
#include "signature/entries.hpp"
#include "signature/findings.hpp"

#include <hookd/core/time.hpp>
#include <hookd/signature/explain.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace hookd::signature {

namespace {

constexpr std::uint64_t one_day = 86'400;

schemes schemes_of(std::span<const key> keys) {
    const auto any = [&](scheme kind) {
        return std::ranges::any_of(keys, [&](const key& k) { return k.kind == kind; });
    };
    return {.v1 = any(scheme::v1), .v1a = any(scheme::v1a)};
}

/// `90 s`, `7200 s (2h)`: exact, and in convenient units.
std::string duration_text(std::uint64_t seconds) {
    constexpr std::uint64_t convenient = 120;
    constexpr std::uint64_t longest = 1'000'000'000'000; // in milliseconds, more could overflow
    const auto exact = fmt::format("{} s", seconds);
    return seconds < convenient || seconds > longest
               ? exact
               : fmt::format("{} ({})", exact, to_short_text(std::chrono::seconds{seconds}));
}

/// Explains one message.
class inquiry {
public:
    inquiry(std::span<const key> keys, std::span<const header_field> fields, std::string_view body, unix_seconds now,
            std::chrono::seconds tolerance)
        : keys_(keys), fields_(fields), body_(body), now_(now), tolerance_(tolerance), found_(find_families(fields)),
          timeless_(keys, any_time) {}

    explanation run();

private:
    bool matches(std::span<const header_field> fields, std::string_view body) {
        return timeless_.verify(fields, body, now_).what == verdict::authentic;
    }

    void look_into(verdict what, const family& chosen);
    void explain_success();
    void explain_skew(const family& chosen);
    void explain_stale(verdict what, const family& chosen);
    void explain_mismatch(const family& chosen);
    bool blame_body();
    bool blame_family(const family& chosen);

    std::span<const key> keys_;
    std::span<const header_field> fields_;
    std::string_view body_;
    unix_seconds now_;
    std::chrono::seconds tolerance_;
    families found_;
    verifier timeless_;
    findings findings_;
};

explanation inquiry::run() {
    const verdict what = verifier(keys_, tolerance_).verify(fields_, body_, now_).what;
    if (const family* const chosen = found_.chosen()) {
        look_into(what, *chosen);
    } else {
        explain_missing(found_, findings_);
    }
    return {what, std::move(findings_)};
}

void inquiry::look_into(verdict what, const family& chosen) {
    switch (what) {
    case verdict::authentic:
        explain_success();
        return explain_skew(chosen);
    case verdict::missing_header:
        return explain_missing(found_, findings_);
    case verdict::repeated_header:
        return explain_repeated(chosen, findings_);
    case verdict::bad_id:
        return explain_id(chosen.id.value, findings_);
    case verdict::bad_timestamp:
        return explain_timestamp(chosen.timestamp.value, findings_);
    case verdict::bad_signature:
        return explain_entries(chosen.signature.value, schemes_of(keys_), findings_);
    case verdict::too_old:
    case verdict::too_new:
        return explain_stale(what, chosen);
    case verdict::wrong_signature:
        explain_mismatch(chosen);
        return explain_skew(chosen);
    }
}

void inquiry::explain_success() {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        verifier alone(keys_.subspan(i, 1), any_time);
        if (alone.verify(fields_, body_, now_).what == verdict::authentic) {
            findings_.push_back(fmt::format("The message is authentic: its {} signature matches secret {} of {}.",
                                            keys_[i].kind == scheme::v1 ? v1 : v1a, i + 1, keys_.size()));
            return;
        }
    }
}

void inquiry::explain_skew(const family& chosen) {
    const auto sent = parse_timestamp(chosen.timestamp.value);
    if (!sent || *sent == now_) {
        return;
    }
    const bool behind = *sent < now_;
    findings_.push_back(fmt::format("The message was signed {} {} the clock.",
                                    duration_text(seconds_apart(*sent, now_)), behind ? "before" : "after"));
}

void inquiry::explain_stale(verdict what, const family& chosen) {
    const unix_seconds sent = parse_timestamp(chosen.timestamp.value).value_or(now_);
    const bool old = what == verdict::too_old;
    const std::string by = duration_text(seconds_apart(sent, now_));
    const std::string allowed =
        duration_text(static_cast<std::uint64_t>(std::max<std::int64_t>(tolerance_.count(), 0)));
    const unix_seconds as_milliseconds{std::chrono::seconds{sent.time_since_epoch().count() / 1000}};
    const bool right_otherwise = matches(fields_, body_);
    if (!old && seconds_apart(as_milliseconds, now_) < one_day) {
        findings_.push_back(
            fmt::format("The timestamp is {} ahead of the clock, as if it were in milliseconds: send it in "
                        "seconds.",
                        by));
    } else if (old) {
        findings_.push_back(
            fmt::format("The message is {1} older than this machine's clock, and {2} are allowed: correct the clock "
                        "(NTP) if it is fast; verify a message that was captured earlier with --at {0} or "
                        "--ignore-time.",
                        sent.time_since_epoch().count(), by, allowed));
    } else {
        findings_.push_back(
            fmt::format("The message is {} ahead of this machine's clock, and {} are allowed: correct the "
                        "clock (NTP) if it is slow. The sender's clock may also be fast.",
                        by, allowed));
    }
    if (right_otherwise) {
        findings_.emplace_back("Only the time is wrong: the signature itself matches.");
    } else {
        findings_.emplace_back("Not only the time is wrong: the signature itself does not match either.");
        explain_mismatch(chosen);
    }
}

void inquiry::explain_mismatch(const family& chosen) {
    const bool blamed = blame_body() || blame_family(chosen);
    explain_skipped(chosen.signature.value, schemes_of(keys_), findings_);
    if (schemes_of(keys_).v1a) {
        explain_untried(chosen.signature.value, findings_);
    }
    if (blamed) {
        return;
    }
    if (body_.empty()) {
        findings_.emplace_back("The body is empty: something may have read it before. Verify the body that was sent.");
    }
    for (const std::string_view sign : signs_of_change(body_)) {
        findings_.emplace_back(sign);
    }
    findings_.push_back(fmt::format(
        "The configured secret{} may be wrong, because no usual change of the body (line breaks, white space, "
        "re-serialised JSON) explains the difference: compare with the secret of this endpoint. Each "
        "endpoint has its own; after a rotation keep the old secret beside the new one for as long as the "
        "sender does.",
        keys_.size() == 1 ? "" : fmt::format("s (all {})", keys_.size())));
    findings_.emplace_back(
        "If the secret is right, the id, timestamp or body is not the one that was signed: capture the "
        "request where it arrives, byte for byte.");
}

/// Whether the signature matches a body that a typical change on the way turns into this one.
bool inquiry::blame_body() {
    for (const body_origin& origin : likely_origins(body_)) {
        if (matches(fields_, origin.body)) {
            findings_.push_back(fmt::format("The body was changed on the way: {}. Without that change the signature "
                                            "matches, so the secret is right. Pass the body on byte for byte, before "
                                            "anything parses it.",
                                            origin.change));
            return true;
        }
    }
    return false;
}

/// Whether the other family of headers is the valid one.
bool inquiry::blame_family(const family& chosen) {
    if (&chosen != &found_.branded || !found_.unbranded.complete()) {
        return false;
    }
    std::vector<header_field> others;
    std::ranges::copy_if(fields_, std::back_inserter(others), [](const header_field& field) {
        return std::ranges::none_of(find_families({&field, 1}).branded.headers(),
                                    [](const found_header* header) { return header->times > 0; });
    });
    if (!matches(others, body_)) {
        return false;
    }
    findings_.emplace_back(
        "The webhook-* headers match, but the svix-* headers are used first, and only one of the two is "
        "tried: find out what adds or changes the svix-* headers.");
    return true;
}

} // namespace

explanation explain(std::span<const key> keys, std::span<const header_field> fields, std::string_view body,
                    unix_seconds now, std::chrono::seconds tolerance) {
    return inquiry(keys, fields, body, now, tolerance).run();
}

} // namespace hookd::signature
