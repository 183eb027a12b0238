// SPDX-License-Identifier: MIT
#include "intake/trace_context.hpp"

#include <hookd/core/failpoint.hpp>
#include <hookd/core/limited_log.hpp>
#include <hookd/core/text.hpp>
#include <hookd/intake/body_fields.hpp>
#include <hookd/intake/intake.hpp>
#include <hookd/signature/key.hpp>
#include <hookd/signature/verifier.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <sys/resource.h>
#include <unistd.h>

namespace hookd::intake {

namespace {

using journal::append_outcome;

constinit const response accepted{.status = 204, .authentic = true};
constinit const response unauthorized{401, "unauthorized\n"};
constinit const response forbidden{403, "forbidden\n"};
constinit const response not_found{404, "not found\n"};
constinit const response unsupported_media_type{415, "content encoding not supported\n"};

response with_findings(response what, request_findings found) {
    what.found = found;
    return what;
}

response method_not_allowed() {
    return {405, "method not allowed\n", {{"Allow", "POST"}}};
}

response unavailable() {
    return {.status = 503, .body = "cannot store now\n", .fields = {{"Retry-After", "30"}}, .authentic = true};
}

/// Attackers can cause these at any rate.
constexpr log_kind refused_requests{.name = "refused requests", .subject = "endpoint"};
constexpr log_kind near_misses{.name = "requests for paths similar to an endpoint", .subject = "endpoint"};
/// Scanners cause these all the time: not a warning.
constexpr log_kind unknown_paths{.name = "requests for unknown paths", .subject = "", .level = spdlog::level::info};

std::string_view path_of(std::string_view target) {
    return target.substr(0, target.find('?'));
}

std::vector<std::string> paths_of(std::span<const endpoint_settings> endpoints) {
    std::vector<std::string> paths;
    std::ranges::transform(endpoints, std::back_inserter(paths), &endpoint_settings::path);
    return paths;
}

/// Messages with more bytes to hash (about a millisecond) are verified by the workers.
constexpr std::uint64_t most_work_here = std::uint64_t{512} << 10U;
constexpr int nice_of_workers = 10;

std::vector<signature::key> parse_keys(const endpoint_settings& settings) {
    std::vector<signature::key> keys;
    keys.reserve(settings.secrets.size());
    for (const auto& text : settings.secrets) {
        keys.push_back(signature::key::parse(text.text()).value());
    }
    return keys;
}

refusal refusal_of(signature::verdict what) {
    switch (what) {
    case signature::verdict::authentic: // never rejected
    case signature::verdict::missing_header:
        return refusal::missing_header;
    case signature::verdict::repeated_header:
        return refusal::repeated_header;
    case signature::verdict::bad_id:
        return refusal::bad_id;
    case signature::verdict::bad_timestamp:
        return refusal::bad_timestamp;
    case signature::verdict::bad_signature:
        return refusal::bad_signature;
    case signature::verdict::too_old:
        return refusal::too_old;
    case signature::verdict::too_new:
        return refusal::too_new;
    case signature::verdict::wrong_signature:
        return refusal::wrong_signature;
    }
    return refusal::wrong_signature;
}

refusal refusal_of(append_outcome outcome) {
    switch (outcome) {
    case append_outcome::full:
        return refusal::full;
    case append_outcome::busy:
        return refusal::busy;
    default:
        return refusal::stopped;
    }
}

/// For the log, if the name in the metrics does not say enough.
std::string_view described(refusal why) {
    switch (why) {
    case refusal::address:
        return "the client's address is not in allow_from";
    case refusal::content_encoding:
        return "the body has a Content-Encoding";
    case refusal::full:
        return "no space: the disk is full or journal.max_size is reached";
    case refusal::busy:
        return "too many events are waiting for the disk";
    case refusal::stopped:
        return "the journal is closing or has failed";
    default:
        return to_text(why);
    }
}

/// `identity` and an empty element do not count (RFC 9110 sections 8.4.1 and 5.6.1).
bool changes_content(const header_field& field) {
    if (!same_field_name(field.name, "Content-Encoding")) {
        return false;
    }
    for (auto codings = field.value; !codings.empty();) {
        const auto coding = take_element(codings);
        if (!coding.empty() && !same_field_name(coding, "identity")) {
            return true;
        }
    }
    return false;
}

std::shared_ptr<event> make_event(const endpoint_settings& where, const request& whole,
                                  const signature::signed_headers& headers, unix_millis now) {
    auto fields = read_body_fields(whole.body);
    return std::make_shared<event>(event{.endpoint = where.name,
                                         .id = std::string{headers.id},
                                         .type = std::move(fields.type),
                                         .collection = std::move(fields.collection),
                                         .document = std::move(fields.document),
                                         .accepted = now,
                                         .peer = std::string{whole.client},
                                         .unbranded = headers.unbranded,
                                         .timestamp = std::string{headers.timestamp},
                                         .signature = std::string{headers.signature},
                                         .traceparent = std::string{traceparent_of(whole.fields)},
                                         .json = fields.json,
                                         .body = std::string{whole.body}});
}

/// The result for a request: an event, if it is authentic.
struct judgement {
    signature::verification checked;
    std::shared_ptr<event> made;
};

judgement judge(signature::verifier& verifier, const endpoint_settings& where, const request& whole, unix_millis now) {
    judgement found;
    found.checked = verifier.verify(whole.fields, whole.body, std::chrono::floor<std::chrono::seconds>(now));
    if (found.checked.what == signature::verdict::authentic) {
        found.made = make_event(where, whole, found.checked.headers, now);
    }
    return found;
}

/// On a worker, so that the I/O threads are not blocked.
boost::asio::awaitable<judgement> judge_aside(const endpoint_settings& where, const request& whole, unix_millis now) {
    static thread_local const int low_priority =
        setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice_of_workers);
    static_cast<void>(low_priority);
    signature::verifier verifier{parse_keys(where), where.tolerance};
    co_return judge(verifier, where, whole, now);
}

} // namespace

struct intake::endpoint {
    endpoint(const endpoint_settings& from, endpoint_metrics& metrics)
        : settings{from}, verifier{parse_keys(from), from.tolerance}, counters{metrics} {}

    const endpoint_settings& settings;
    signature::verifier verifier;
    endpoint_metrics& counters;
};

intake::intake(std::span<const endpoint_settings> endpoints, journal::event_log& log, wall_clock clock,
               metrics& counters, boost::asio::any_io_executor workers)
    : paths_{paths_of(endpoints)}, log_{log}, clock_{clock}, metrics_{counters}, workers_{std::move(workers)} {
    for (const auto& one : endpoints) {
        endpoints_.push_back(std::make_unique<endpoint>(one, metrics_.of(one.name)));
    }
}

intake::~intake() = default;

intake::endpoint* intake::find(std::string_view target) {
    const auto path = path_of(target);
    const auto found = std::ranges::find_if(endpoints_, [&](const auto& one) { return one->settings.path == path; });
    return found == endpoints_.end() ? nullptr : found->get();
}

std::optional<response> intake::screen(const request& head) {
    const endpoint* const where = find(head.target);
    if (where == nullptr) {
        metrics_.refuse(refusal::unknown_path);
        log_unknown_path(head);
        return with_findings(not_found, {.rejected = {.reason = to_text(refusal::unknown_path), .detail = {}}});
    }
    if (head.method != "POST") {
        metrics_.refuse(refusal::method);
        limited_log::shared().write({refused_requests, where->settings.name, to_text(refusal::method)},
                                    {.shown = {{"endpoint", where->settings.name}, {"client", head.client}},
                                     .others = {{"status", std::uint64_t{405}}}},
                                    "405 refused: the method is {}, not POST", quoted(head.method));
        return with_findings(method_not_allowed(), {.endpoint = where->settings.name,
                                                    .rejected = {.reason = to_text(refusal::method), .detail = {}}});
    }
    const auto& allowed = where->settings.allow_from;
    if (!allowed.empty()) {
        const auto client = ip_address::parse(head.client);
        if (!client || !contains(allowed, *client)) {
            return refuse(refusal::address, forbidden, *where, head, {});
        }
    }
    if (std::ranges::any_of(head.fields, changes_content)) {
        return refuse(refusal::content_encoding, unsupported_media_type, *where, head, {});
    }
    return std::nullopt;
}

/// A URL that was registered with an additional slash fails until somebody notices.
void intake::log_unknown_path(const request& head) const {
    const auto path = path_of(head.target);
    const auto near = paths_.near(path);
    if (!near) {
        limited_log::shared().write({unknown_paths},
                                    {.shown = {{"path", quoted_text{path}}, {"client", head.client}},
                                     .others = {{"status", std::uint64_t{404}}}},
                                    "404 refused: no endpoint has this path");
        return;
    }
    const auto& endpoint = endpoints_[near->endpoint]->settings;
    limited_log::shared().write(
        {near_misses, endpoint.name},
        {.shown = {{"path", quoted_text{path}}, {"endpoint", endpoint.name}, {"client", head.client}},
         .others = {{"status", std::uint64_t{404}}}},
        "404 refused: no endpoint has this path, but {} is similar: {}", quoted(endpoint.path), near->difference);
}

response intake::refuse(refusal why, const response& what, const endpoint& where, const request& of,
                        std::string_view id) {
    if (!failpoint("silent_refusals")) {
        metrics_.refuse(why);
    }
    limited_log::shared().write({refused_requests, where.settings.name, described(why)},
                                {.shown = {{"endpoint", where.settings.name}, {"client", of.client}, {"id", id}},
                                 .others = {{"status", std::uint64_t{what.status}}, {"reason", to_text(why)}}},
                                "{} refused: {}", what.status, described(why));
    return with_findings(what, {.endpoint = where.settings.name,
                                .message_id = id,
                                .rejected = {.reason = to_text(why), .detail = described(why)}});
}

boost::asio::awaitable<response> intake::take(const request& whole) {
    endpoint* const where = find(whole.target);
    const auto now = clock_();
    judgement found;
    if (where->verifier.most_work(whole.fields, whole.body.size()) <= most_work_here) {
        found = judge(where->verifier, where->settings, whole, now);
    } else {
        found = co_await boost::asio::co_spawn(workers_, judge_aside(where->settings, whole, now),
                                               boost::asio::use_awaitable);
    }
    const auto& checked = found.checked;
    if (checked.what != signature::verdict::authentic) {
        co_return refuse(refusal_of(checked.what), unauthorized, *where, whole, checked.headers.id);
    }
    where->counters.authentic(std::chrono::floor<std::chrono::seconds>(now));
    const auto kind = kind_of(found.made->type);
    const auto outcome = co_await log_.append(std::move(found.made));
    if (outcome == append_outcome::stored || outcome == append_outcome::duplicate) {
        (outcome == append_outcome::stored ? where->counters.stored[static_cast<std::size_t>(kind)]
                                           : where->counters.duplicate)
            .add();
        log_line(spdlog::level::debug,
                 {.shown = {{"endpoint", where->settings.name}, {"client", whole.client}, {"id", checked.headers.id}},
                  .others = {{"status", std::uint64_t{accepted.status}}}},
                 outcome == append_outcome::duplicate ? "204 accepted, a duplicate" : "204 accepted");
        co_return with_findings(accepted, {.endpoint = where->settings.name, .message_id = checked.headers.id});
    }
    co_return refuse(refusal_of(outcome), unavailable(), *where, whole, checked.headers.id);
}

} // namespace hookd::intake
