#include "intake/body_fields.hpp"

#include <hookd/core/rate_limiter.hpp>
#include <hookd/intake/intake.hpp>
#include <hookd/signature/verifier.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>

namespace hookd::intake {

namespace {

using journal::append_outcome;

constinit const answer accepted{204, {}, {}, {}};
constinit const answer unauthorized{401, "unauthorized\n", {}, {}};
constinit const answer forbidden{403, "forbidden\n", {}, {}};
constinit const answer not_found{404, "not found\n", {}, {}};
constinit const answer method_not_allowed{405, "method not allowed\n", "Allow", "POST"};
constinit const answer unsupported_media_type{415, "content encoding not supported\n", {}, {}};
constinit const answer unavailable{503, "cannot store now\n", "Retry-After", "30"};

constexpr unsigned log_lines_a_second = 10;

std::vector<signature::key> parse_keys(const endpoint_settings& settings) {
    std::vector<signature::key> keys;
    keys.reserve(settings.secrets.size());
    for (const auto& text : settings.secrets) {
        keys.push_back(signature::key::parse(text.text()).value());
    }
    return keys;
}

std::string_view why_unavailable(append_outcome outcome) {
    switch (outcome) {
    case append_outcome::full:
        return "no space: the disk is full or journal.max_size is reached";
    case append_outcome::busy:
        return "too many events are waiting for the disk";
    default:
        return "the journal is closing or has failed";
    }
}

} // namespace

struct intake::endpoint {
    endpoint(const endpoint_settings& from) : settings{from}, verifier{parse_keys(from), from.tolerance} {}

    const endpoint_settings& settings;
    signature::verifier verifier;
};

/// Refusals can come as fast as an attacker likes: the log gets a few a second and the number of the rest.
class intake::refusal_log {
public:
    void refused(unsigned status, const endpoint_settings& where, std::string_view reason, const request& what,
                 std::string_view id) {
        if (const auto held_back = limit_.admit(rate_limiter::clock::now())) {
            spdlog::warn("{} refused: {}; endpoint={} client={} id={}{}", status, reason, where.name, what.client,
                         id.empty() ? "-" : id,
                         *held_back > 0 ? " and " + std::to_string(*held_back) + " more such lines" : "");
        }
    }

private:
    rate_limiter limit_{log_lines_a_second, std::chrono::seconds{1}};
};

intake::intake(std::span<const endpoint_settings> endpoints, journal::journal& journal, wall_clock clock)
    : log_{std::make_unique<refusal_log>()}, journal_{journal}, clock_{clock} {
    for (const auto& one : endpoints) {
        endpoints_.push_back(std::make_unique<endpoint>(one));
    }
}

intake::~intake() = default;

intake::endpoint* intake::find(std::string_view target) {
    const auto path = target.substr(0, target.find('?'));
    const auto found = std::ranges::find_if(endpoints_, [&](const auto& one) { return one->settings.path == path; });
    return found == endpoints_.end() ? nullptr : found->get();
}

std::optional<answer> intake::screen(const request& head) {
    const endpoint* const where = find(head.target);
    if (where == nullptr) {
        return not_found;
    }
    if (head.method != "POST") {
        return method_not_allowed;
    }
    const auto& allowed = where->settings.allow_from;
    if (!allowed.empty()) {
        const auto client = ip_address::parse(head.client);
        if (!client || !contains(allowed, *client)) {
            log_->refused(forbidden.status, where->settings, "the address is not in allow_from", head, {});
            return forbidden;
        }
    }
    const bool encoded = std::ranges::any_of(
        head.fields, [](const header_field& field) { return same_field_name(field.name, "Content-Encoding"); });
    if (encoded) {
        log_->refused(unsupported_media_type.status, where->settings, "Content-Encoding is present", head, {});
        return unsupported_media_type;
    }
    return std::nullopt;
}

boost::asio::awaitable<answer> intake::take(const request& whole) {
    endpoint* const where = find(whole.target);
    const auto now = clock_();
    const auto checked =
        where->verifier.verify(whole.fields, whole.body, std::chrono::floor<std::chrono::seconds>(now));
    if (checked.what != signature::verdict::authentic) {
        log_->refused(unauthorized.status, where->settings, signature::to_text(checked.what), whole,
                      checked.headers.id);
        co_return unauthorized;
    }
    auto fields = read_body_fields(whole.body);
    event what{.endpoint = where->settings.name,
               .id = std::string{checked.headers.id},
               .type = std::move(fields.type),
               .collection = std::move(fields.collection),
               .document = std::move(fields.document),
               .accepted = now,
               .peer = std::string{whole.client},
               .unbranded = checked.headers.unbranded,
               .timestamp = std::string{checked.headers.timestamp},
               .signature = std::string{checked.headers.signature},
               .json = fields.json,
               .body = std::string{whole.body}};
    const auto outcome = co_await journal_.append(std::move(what));
    if (outcome == append_outcome::stored || outcome == append_outcome::duplicate) {
        spdlog::debug("{} accepted; endpoint={} client={} id={}{}", accepted.status, where->settings.name, whole.client,
                      checked.headers.id, outcome == append_outcome::duplicate ? " (a duplicate)" : "");
        co_return accepted;
    }
    log_->refused(unavailable.status, where->settings, why_unavailable(outcome), whole, checked.headers.id);
    co_return unavailable;
}

} // namespace hookd::intake
