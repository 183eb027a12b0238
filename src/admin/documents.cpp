// SPDX-License-Identifier: MIT
#include "admin/documents.hpp"

#include "admin/event_parameters.hpp"
#include "admin/responses.hpp"

#include <hookd/core/json_text.hpp>
#include <hookd/core/text.hpp>

#include <algorithm>
#include <iterator>
#include <ranges>
#include <vector>

namespace hookd::admin {

namespace asio = boost::asio;

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t events_a_page = 1'000;
constexpr unsigned pages_a_request = 200;
/// What is in the journal's memory anyway is found again in seconds.
constexpr std::chrono::minutes kept_for{10};
/// What it tells of events that are gone is wrong for that long.
constexpr std::chrono::seconds between_beginnings{5};
/// Bodies are read for what is shown; larger ones are no messages of ColiVara.
constexpr std::size_t largest_parsed = std::size_t{64} << 10U;
constexpr std::size_t most_error_shown = 1'024;

/// What the body says about the document, beside the verdict.
void add_body(const event& what, json& into) {
    into["pages"] = nullptr;
    into["error"] = nullptr;
    if (what.body.size() > largest_parsed) {
        return;
    }
    const auto body = parse_json(what.body);
    if (!body.is_object()) {
        return;
    }
    if (const auto pages = body.find("num_pages"); pages != body.end() && pages->is_number_unsigned()) {
        into["pages"] = *pages;
    }
    if (const auto error = body.find("error"); error != body.end() && error->is_string()) {
        into["error"] = utf8_prefix(error->get_ref<const std::string&>(), most_error_shown);
    }
}

} // namespace

asio::awaitable<journal::storage_result<bool>> document_index::catch_up(journal::event_search& events,
                                                                        std::uint64_t erased) {
    const auto now = std::chrono::steady_clock::now();
    if (now - asked_ > kept_for || (erased != erased_ && now - begun_ > between_beginnings)) {
        begun_ = now;
        erased_ = erased;
        documents_.clear();
        by_sequence_.clear();
        position_ = 0;
        left_some_out_ = false;
    }
    asked_ = now;
    for (unsigned page = 0; page < pages_a_request; ++page) {
        const auto from = position_;
        auto found = co_await events.query(
            {.filter = {}, .scopes = {}, .deliveries = false, .from = from, .most = events_a_page});
        if (!found) {
            co_return std::unexpected{found.error()};
        }
        if (position_ == from) { // otherwise another request was faster
            std::ranges::for_each(found->events, [&](const auto& each) { add(each.head); });
            position_ = found->position;
        }
        if (!found->more) {
            co_return true;
        }
    }
    co_return false;
}

void document_index::add(const event& head) {
    const bool failed = head.type.ends_with(".fail");
    if (head.document.empty() || (!failed && !head.type.ends_with(".success"))) {
        return;
    }
    const auto [place, is_new] = documents_.try_emplace(key{head.collection, head.document});
    auto& newest = place->second;
    by_sequence_.erase(newest.sequence);
    newest.sequence = head.sequence;
    newest.failed = failed;
    ++newest.events;
    newest.failures += failed ? 1 : 0;
    by_sequence_.emplace(head.sequence, &place->first);
    if (documents_.size() > most_documents) {
        const auto oldest = by_sequence_.begin();
        documents_.erase(documents_.find(*oldest->second));
        by_sequence_.erase(oldest);
        left_some_out_ = true;
    }
}

asio::awaitable<response> list_documents(const daemon_context& of, const routed_request& what) {
    const auto asked = read_event_parameters(what.whole.target, request_about_events::documents, {});
    if (!asked) {
        co_return with_error(400, asked.error().message);
    }
    auto& index = of.documents;
    const auto complete = co_await index.catch_up(of.daemon.events, of.daemon.health.metrics().erased);
    if (!complete) {
        co_return with_journal_error(complete.error(), journal_has_ended);
    }
    const auto& filter = asked->query.filter;
    const auto fits = [&](const document_index::key& which, const document_index::verdict& newest) {
        return (!filter.collection || which.first == *filter.collection) &&
               (!filter.document || which.second == *filter.document) &&
               (!filter.text || journal::has_text(which.second, *filter.text) ||
                journal::has_text(which.first, *filter.text)) &&
               (!asked->failed || newest.failed);
    };
    // A copy: while bodies are read, another request may change the index.
    std::vector<std::pair<document_index::key, document_index::verdict>> page;
    bool more = false;
    std::uint64_t failed = 0;
    for (const auto& [key, newest] : index.all()) {
        failed += newest.failed ? 1 : 0;
    }
    const auto total = index.all().size();
    const auto& order = index.by_sequence();
    const auto end = asked->query.from == 0 ? order.end() : order.lower_bound(asked->query.from);
    for (const auto& [sequence, key] : std::ranges::subrange(order.begin(), end) | std::views::reverse) {
        const auto& newest = index.all().at(*key);
        if (!fits(*key, newest)) {
            continue;
        }
        if (page.size() == asked->query.most) {
            more = true;
            break;
        }
        page.emplace_back(*key, newest);
    }
    auto documents = json::array();
    for (const auto& [key, newest] : page) {
        const auto found = co_await of.daemon.events.get(newest.sequence);
        if (!found) {
            co_return with_journal_error(found.error(), journal_has_ended);
        }
        if (*found == nullptr) { // retention was faster
            continue;
        }
        const auto& event = **found;
        json one{{"collection", key.first},
                 {"document", key.second},
                 {"failed", newest.failed},
                 {"sequence", newest.sequence},
                 {"id", event.id},
                 {"type", event.type},
                 {"accepted", to_rfc3339(event.accepted)},
                 {"events", newest.events},
                 {"failures", newest.failures}};
        add_body(event, one);
        documents.push_back(std::move(one));
    }
    co_return with_body(200, json_line({{"documents", std::move(documents)},
                                        {"position", page.empty() ? asked->query.from : page.back().second.sequence},
                                        {"more", more},
                                        {"total", total},
                                        {"failed", failed},
                                        {"complete", *complete && !index.left_some_out()},
                                        {"last_sequence", index.position()}}) +
                                 '\n');
}

} // namespace hookd::admin
