// SPDX-License-Identifier: MIT
#include "admin/event_handlers.hpp"

#include "admin/event_parameters.hpp"
#include "admin/event_view.hpp"
#include "admin/operator.hpp"
#include "admin/responses.hpp"
#include "admin/target.hpp"

#include <hookd/core/limited_log.hpp>
#include <hookd/core/number.hpp>

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

namespace hookd::admin {

namespace asio = boost::asio;

namespace {

/// Pages of the journal that one request examines; for more, the client asks again from the returned position.
constexpr unsigned parts_a_request = 32;
constexpr std::size_t most_counted_at_once = 1'000;

/// A large repair takes many requests.
constexpr log_kind repairs{.name = "events that were replayed or dropped", .subject = {}, .level = spdlog::level::info};

response journal_error(const event_context& of, const journal::storage_error& why) {
    return with_journal_error(why, of.explain(why));
}

bool has_parameters(const request& what) {
    return path_of(what.target).size() != what.target.size();
}

response no_parameters() {
    return with_error(400, "this request takes no parameters");
}

std::optional<std::uint64_t> sequence_from(std::string_view text) {
    const auto sequence = whole_number(text);
    return sequence && *sequence > 0 && *sequence <= INT64_MAX ? sequence : std::nullopt;
}

bool selects(const journal::event_filter& filter) {
    return filter.id || filter.type || filter.endpoint || filter.collection || filter.document || filter.since ||
           filter.until || filter.state || filter.text;
}

/// One event, or those of one document: what is deleted does not come back.
bool selects_for_deletion(const journal::event_filter& filter) {
    const bool other =
        filter.type || filter.endpoint || filter.since || filter.until || filter.sink || filter.state || filter.text;
    const bool document = filter.document && !filter.document->empty();
    return !other && (filter.id ? !filter.document && !filter.collection : document);
}

/// Of a selection that nothing can match, or that says two things.
std::optional<std::string> contradiction(const event_parameters& asked, journal::repair_kind kind) {
    using journal::delivery_state;
    const auto& filter = asked.query.filter;
    if (filter.sink && asked.all_sinks) {
        return "sink and all_sinks exclude each other";
    }
    if (filter.since && filter.until && *filter.since >= *filter.until) {
        return "since is not before until: no event can match";
    }
    if (!filter.state || *filter.state == delivery_state::dead) {
        return std::nullopt;
    }
    const std::string state{to_text(*filter.state)};
    if (kind == journal::repair_kind::drop) {
        return "only dead letters are dropped: state cannot be " + state;
    }
    switch (*filter.state) {
    case delivery_state::waiting:
    case delivery_state::in_flight:
        return "an event that is " + state + " will be delivered anyway: state cannot be " + state;
    case delivery_state::orphaned:
        return "no sink is there to replay to: state cannot be orphaned; see 'colivara-hookd sinks rename'";
    case delivery_state::delivered:
    case delivery_state::dropped:
    case delivery_state::filtered:
    case delivery_state::before_sink:
        return filter.sink || asked.all_sinks
                   ? std::nullopt
                   : std::optional{"events that are " + state + " are only replayed with sink or all_sinks"};
    case delivery_state::retrying:
    case delivery_state::dead:
        break;
    }
    return std::nullopt;
}

/// What was changed, and by whom; not on a stopped journal, which has no daemon and no log.
void log_repair(journal::repair_kind kind, const journal::repaired& done, const request& by) {
    if (done.deliveries > 0 && by.user) {
        limited_log::shared().write({repairs}, "events: {} {} delivery(s) of {} event(s) to {} by {}",
                                    kind == journal::repair_kind::replay ? "replayed" : "dropped", done.deliveries,
                                    done.events, fmt::join(done.sinks, ", "), operator_of(by));
    }
}

asio::awaitable<response> apply(const event_context& of, journal::repair_kind kind, const request& whole) {
    auto asked = read_event_parameters(whole.target, request_about_events::change, of.sinks());
    if (!asked) {
        co_return with_error(400, asked.error().message);
    }
    if (!selects(asked->query.filter)) {
        co_return with_error(
            400, "no events selected: expected id, state, type, endpoint, collection, document, q, since or until");
    }
    if (const auto wrong = contradiction(*asked, kind)) {
        co_return with_error(400, *wrong);
    }
    asked->query.most = SIZE_MAX;
    const auto done = co_await of.events.apply({.kind = kind,
                                                .which = std::move(asked->query),
                                                .dry_run = asked->dry_run,
                                                .now = of.clock(),
                                                .all_sinks = asked->all_sinks});
    if (!done) {
        co_return journal_error(of, done.error());
    }
    if (!asked->dry_run) {
        for (const auto& sink : done->sinks) {
            of.look_again(sink);
        }
        log_repair(kind, *done, whole);
    }
    co_return with_body(200, repaired_json(*done));
}

} // namespace

asio::awaitable<response> list_events(const event_context& of, const routed_request& what) {
    auto asked = read_event_parameters(what.whole.target, request_about_events::list, of.sinks());
    if (!asked) {
        co_return with_error(400, asked.error().message);
    }
    auto query = std::move(asked->query);
    query.attempts = query.filter.id.has_value(); // for one event, in a response of bounded size
    journal::event_page all{.events = {}, .position = query.from, .more = true};
    const auto most = query.most;
    for (unsigned part = 0; part < parts_a_request && all.more && all.events.size() < most; ++part) {
        query.from = all.position;
        query.most = most - all.events.size();
        auto page = co_await of.events.query(query);
        if (!page) {
            co_return journal_error(of, page.error());
        }
        std::ranges::move(page->events, std::back_inserter(all.events));
        all.position = page->position;
        all.more = page->more;
        all.last_sequence = page->last_sequence;
        if (!all.events.empty()) {
            break; // one page is bounded in bytes, several would not be
        }
    }
    co_return with_body(200, page_json(all));
}

asio::awaitable<response> count_events(const event_context& of, const routed_request& what) {
    auto asked = read_event_parameters(what.whole.target, request_about_events::count, of.sinks());
    if (!asked) {
        co_return with_error(400, asked.error().message);
    }
    auto query = std::move(asked->query);
    const auto& filter = query.filter;
    query.deliveries = filter.sink || filter.state || filter.text;
    query.newest_first = false;
    query.most = most_counted_at_once;
    std::uint64_t count = 0;
    journal::event_page page{.events = {}, .position = query.from, .more = true};
    for (unsigned part = 0; part < parts_a_request && page.more; ++part) {
        query.from = page.position;
        auto found = co_await of.events.query(query);
        if (!found) {
            co_return journal_error(of, found.error());
        }
        page = std::move(*found);
        count += page.events.size();
    }
    co_return with_body(200, count_json(count, page));
}

asio::awaitable<response> show_event(const event_context& of, const routed_request& what) {
    if (has_parameters(what.whole)) {
        co_return no_parameters();
    }
    journal::event_query query{.filter = {}, .scopes = of.sinks(), .attempts = true};
    query.filter.id = what.segments.front();
    const auto page = co_await of.events.query(query);
    if (!page) {
        co_return journal_error(of, page.error());
    }
    if (page->events.empty()) {
        co_return with_error(404, "no event with this id in the journal");
    }
    co_return with_body(200, page_json(*page));
}

asio::awaitable<response> show_event_body(const event_context& of, const routed_request& what) {
    if (has_parameters(what.whole)) {
        co_return no_parameters();
    }
    event_ptr event;
    if (const auto sequence = sequence_from(what.segments.front())) {
        auto found = co_await of.events.get(*sequence);
        if (!found) {
            co_return journal_error(of, found.error());
        }
        event = std::move(*found);
    }
    if (event == nullptr) {
        co_return with_error(404, "no event with this sequence in the journal");
    }
    // Not copied: it may be as large as server.max_body.
    co_return response{.status = 200, .content_type = "application/octet-stream", .made = {event, &event->body}};
}

asio::awaitable<response> delete_events(const event_context& of, const routed_request& what) {
    auto asked = read_event_parameters(what.whole.target, request_about_events::change, of.sinks());
    if (!asked) {
        co_return with_error(400, asked.error().message);
    }
    if (!selects_for_deletion(asked->query.filter) || asked->all_sinks) {
        co_return with_error(400, "expected id, or document, which may be together with collection, and nothing else");
    }
    asked->query.most = SIZE_MAX;
    const bool dry_run = asked->dry_run;
    const auto done = co_await of.events.erase({.which = std::move(asked->query), .dry_run = dry_run});
    if (!done) {
        co_return journal_error(of, done.error());
    }
    if (!dry_run && done->events > 0 && what.whole.user) {
        spdlog::info("events: deleted {} event(s) with {} dead letter(s) by {}", done->events, done->dead,
                     operator_of(what.whole));
    }
    co_return with_body(200, erased_json(*done));
}

asio::awaitable<response> replay_events(const event_context& of, const routed_request& what) {
    return apply(of, journal::repair_kind::replay, what.whole);
}

asio::awaitable<response> drop_events(const event_context& of, const routed_request& what) {
    return apply(of, journal::repair_kind::drop, what.whole);
}

} // namespace hookd::admin
