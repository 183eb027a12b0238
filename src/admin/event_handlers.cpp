// SPDX-License-Identifier: MIT
#include "admin/answers.hpp"
#include "admin/event_parameters.hpp"
#include "admin/event_view.hpp"
#include "admin/target.hpp"

#include <hookd/admin/event_handlers.hpp>
#include <hookd/core/percent_encoding.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

namespace hookd::admin {

namespace asio = boost::asio;

namespace {

constexpr std::string_view root = "/v1/events";
constexpr std::string_view body_suffix = "/body";
/// Pages of the journal that one request examines; for more, the client asks again from the returned position.
constexpr unsigned parts_a_request = 32;

asio::awaitable<response> list(const event_context& of, std::string_view target) {
    auto asked = read_event_parameters(target, request_about_events::list, of.sinks());
    if (!asked) {
        co_return refused(400, asked.error().message);
    }
    auto query = std::move(asked->query);
    journal::event_page all{.events = {}, .position = query.from, .more = true};
    const auto most = query.most;
    for (unsigned part = 0; part < parts_a_request && all.more && all.events.size() < most; ++part) {
        query.from = all.position;
        query.most = most - all.events.size();
        auto page = co_await of.events.query(query);
        if (!page) {
            co_return journal_refused(page.error());
        }
        std::ranges::move(page->events, std::back_inserter(all.events));
        all.position = page->position;
        all.more = page->more;
        all.last_sequence = page->last_sequence;
        if (!all.events.empty()) {
            break; // one page is bounded in bytes, several would not be
        }
    }
    co_return made(200, page_json(all));
}

asio::awaitable<response> show(const event_context& of, std::string id) {
    journal::event_query query{.filter = {}, .scopes = of.sinks()};
    query.filter.id = std::move(id);
    const auto page = co_await of.events.query(query);
    if (!page) {
        co_return journal_refused(page.error());
    }
    if (page->events.empty()) {
        co_return refused(404, "no event with this id in the journal");
    }
    co_return made(200, page_json(*page));
}

asio::awaitable<response> show_body(const event_context& of, std::uint64_t sequence) {
    const auto found = co_await of.events.get(sequence);
    if (!found) {
        co_return journal_refused(found.error());
    }
    const auto& event = *found;
    if (event == nullptr) {
        co_return refused(404, "no event with this sequence in the journal");
    }
    // Not copied: it may be as large as server.max_body.
    co_return response{.status = 200,
                       .body = {},
                       .field_name = {},
                       .field_value = {},
                       .content_type = "application/octet-stream",
                       .made = {event, &event->body}};
}

/// Of `SEQUENCE/body`.
std::optional<std::uint64_t> sequence_of_body(std::string_view path) {
    std::uint64_t sequence = 0;
    const auto [end, ec] = std::from_chars(path.data(), path.data() + path.size(), sequence);
    const bool whole = ec == std::errc{} && path.substr(static_cast<std::size_t>(end - path.data())) == body_suffix;
    return whole && sequence > 0 && sequence <= INT64_MAX ? std::optional{sequence} : std::nullopt;
}

bool selects(const journal::event_filter& filter) {
    return filter.id || filter.type || filter.endpoint || filter.collection || filter.document || filter.since ||
           filter.until || filter.state;
}

asio::awaitable<response> apply(const event_context& of, journal::repair_kind kind, std::string_view target) {
    auto asked = read_event_parameters(target, request_about_events::change, of.sinks());
    if (!asked) {
        co_return refused(400, asked.error().message);
    }
    if (!selects(asked->query.filter)) {
        co_return refused(
            400, "no events selected: expected id, state, type, endpoint, collection, document, since or until");
    }
    asked->query.most = SIZE_MAX;
    const auto done = co_await of.events.apply(
        {.kind = kind, .which = std::move(asked->query), .dry_run = asked->dry_run, .now = of.clock()});
    if (!done) {
        co_return journal_refused(done.error());
    }
    if (!asked->dry_run) {
        for (const auto& sink : done->sinks) {
            of.look_again(sink);
        }
    }
    co_return made(200, repaired_json(*done));
}

} // namespace

asio::awaitable<response> answer_about_events(const event_context& of, std::string_view method,
                                              std::string_view target) {
    auto rest = path_of(target).substr(root.size());
    if (rest == "/replay" || rest == "/drop") {
        if (method != "POST") {
            co_return only_post;
        }
        co_return co_await apply(of, rest == "/drop" ? journal::repair_kind::drop : journal::repair_kind::replay,
                                 target);
    }
    if (method != "GET" && method != "HEAD") {
        co_return only_get;
    }
    if (rest.empty()) {
        co_return co_await list(of, target);
    }
    if (path_of(target).size() != target.size()) {
        co_return refused(400, "this request takes no parameters");
    }
    rest.remove_prefix(1);
    if (const auto sequence = sequence_of_body(rest)) {
        co_return co_await show_body(of, *sequence);
    }
    auto id = percent_decoded(rest);
    co_return id && !id->empty() ? co_await show(of, std::move(*id)) : refused(404, "an event needs an id");
}

} // namespace hookd::admin
