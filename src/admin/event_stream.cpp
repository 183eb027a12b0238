// SPDX-License-Identifier: MIT
#include "admin/event_stream.hpp"

#include "admin/event_parameters.hpp"
#include "admin/event_view.hpp"
#include "admin/responses.hpp"
#include "admin/sink_view.hpp"

#include <hookd/core/number.hpp>
#include <hookd/http/server/body_stream.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hookd::admin {

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto between_looks = 50ms;
/// Proxies and clients give up a connection on which nothing comes.
constexpr auto longest_silence = 10s;
constexpr std::size_t events_a_page = 200;
/// The latest events, whose deliveries are watched; looking at many of them costs the journal's thread some
/// milliseconds.
constexpr std::uint64_t most_watched = 1'000;
constexpr std::uint64_t few_watched = 100;
constexpr auto between_changes = 200ms;
constexpr auto between_changes_of_many = 1s;

/// One of the streams that may be open at a time.
class stream_slot {
public:
    static std::optional<stream_slot> take(std::atomic<unsigned>& open) {
        if (open.fetch_add(1) >= most_streams) {
            --open;
            return std::nullopt;
        }
        return stream_slot{open};
    }

private:
    struct give_back {
        void operator()(std::atomic<unsigned>* open) const { --*open; }
    };
    explicit stream_slot(std::atomic<unsigned>& open) : open_{&open} {}

    std::unique_ptr<std::atomic<unsigned>, give_back> open_;
};

bool has_ended(journal::delivery_state what) {
    using journal::delivery_state;
    return what == delivery_state::delivered || what == delivery_state::dropped || what == delivery_state::filtered ||
           what == delivery_state::before_sink;
}

class event_stream final : public body_stream {
public:
    event_stream(const context& daemon, journal::event_query query, stream_slot slot)
        : daemon_{daemon}, query_{std::move(query)}, slot_{std::move(slot)}, told_{query_.from} {
        query_.newest_first = false;
        query_.most = events_a_page;
    }

    asio::awaitable<std::optional<std::string>> next() override {
        std::string piece = std::exchange(opening_, {});
        if (!co_await add_events(piece) || !co_await add_changes(piece)) {
            co_return std::nullopt;
        }
        const auto now = clock::now();
        if (piece.empty() && now - last_sent_ >= longest_silence) {
            // So a client that comes back does not begin before events that its filter left out.
            piece = told_ != query_.from ? "id: " + std::to_string(query_.from) + "\n\n" : ":\n\n";
            told_ = query_.from;
        }
        if (!piece.empty()) {
            last_sent_ = now;
            co_return piece;
        }
        asio::steady_timer pause{co_await asio::this_coro::executor, between_looks};
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        co_return std::string{};
    }

private:
    struct watched {
        std::uint64_t sequence = 0;
        std::vector<std::string> deliveries; ///< As they were told.
        bool has_ended = false;
    };

    /// The next page. False: the journal has ended.
    asio::awaitable<bool> add_events(std::string& piece) {
        const auto newest = daemon_.health.metrics().last_sequence.load();
        if (newest <= looked_up_to_ && !more_) {
            co_return true;
        }
        query_.scopes = sink_scopes(daemon_);
        const auto page = co_await daemon_.events.query(query_);
        if (!page) {
            co_return false;
        }
        for (const auto& each : page->events) {
            told_ = each.head.sequence;
            piece += "id: " + std::to_string(told_) + "\nevent: event\ndata: " + event_text(each) + "\n\n";
            watch(each);
        }
        query_.from = page->position;
        more_ = page->more;
        looked_up_to_ = more_ ? looked_up_to_ : newest;
        co_return true;
    }

    void watch(const journal::event_details& what) {
        watched one{.sequence = what.head.sequence, .deliveries = {}, .has_ended = true};
        for (const auto& each : what.sinks) {
            one.deliveries.push_back(delivery_text(what.head, each));
            one.has_ended = one.has_ended && has_ended(each.state);
        }
        watched_.push_back(std::move(one));
        forget_ended();
    }

    void forget_ended() {
        while (!watched_.empty() &&
               (watched_.front().has_ended || watched_.front().sequence + most_watched <= query_.from)) {
            watched_.pop_front();
        }
        while (!watched_.empty() && watched_.back().has_ended) {
            watched_.pop_back();
        }
    }

    asio::awaitable<bool> add_changes(std::string& piece) {
        const auto now = clock::now();
        const auto changes = daemon_.health.metrics().sinks.changes();
        if (watched_.empty() || changes == seen_changes_ || now < next_changes_) {
            co_return true;
        }
        seen_changes_ = changes;
        const auto first = watched_.front().sequence;
        const auto last = watched_.back().sequence;
        next_changes_ = now + (last - first < few_watched ? between_changes : between_changes_of_many);
        journal::event_query query{.filter = {}, .scopes = sink_scopes(daemon_), .from = first - 1, .up_to = last};
        for (bool more = true; more;) {
            query.most = most_watched;
            const auto page = co_await daemon_.events.query(query);
            if (!page) {
                co_return false;
            }
            for (const auto& each : page->events) {
                add_changes_of(each, piece);
            }
            query.from = page->position;
            more = page->more;
        }
        forget_ended();
        co_return true;
    }

    void add_changes_of(const journal::event_details& what, std::string& piece) {
        const auto known = std::ranges::lower_bound(watched_, what.head.sequence, {}, &watched::sequence);
        if (known == watched_.end() || known->sequence != what.head.sequence || known->has_ended) {
            return;
        }
        std::vector<std::string> deliveries;
        known->has_ended = true;
        for (const auto& each : what.sinks) {
            known->has_ended = known->has_ended && has_ended(each.state);
            deliveries.push_back(delivery_text(what.head, each));
            if (std::ranges::find(known->deliveries, deliveries.back()) == known->deliveries.end()) {
                piece += "event: delivery\ndata: " + deliveries.back() + "\n\n";
            }
        }
        known->deliveries = std::move(deliveries);
    }

    const context& daemon_;
    journal::event_query query_; // its `from`: events up to there were told or left out
    const stream_slot slot_;
    std::string opening_ = "retry: 1000\n\n";
    std::uint64_t told_; // the id that the client knows
    std::uint64_t looked_up_to_ = 0;
    bool more_ = true;
    std::deque<watched> watched_; // in order
    std::uint64_t seen_changes_ = 0;
    clock::time_point next_changes_{};
    clock::time_point last_sent_ = clock::now();
};

/// Where a client that has seen some of it goes on. An error: it is no sequence number.
result<std::optional<std::uint64_t>> last_event_id(const request& what) {
    const auto field = std::ranges::find_if(
        what.fields, [](const header_field& each) { return same_field_name(each.name, "Last-Event-ID"); });
    if (field == what.fields.end()) {
        return std::optional<std::uint64_t>{};
    }
    const auto sequence = whole_number(field->value);
    if (!sequence || *sequence > INT64_MAX) {
        return std::unexpected{error{"Last-Event-ID: expected a sequence number"}};
    }
    return sequence;
}

} // namespace

asio::awaitable<response> stream_events(const daemon_context& of, const routed_request& what) {
    auto asked = read_event_parameters(what.whole.target, request_about_events::stream, sink_scopes(of.daemon));
    const auto resumed = last_event_id(what.whole);
    if (!asked || !resumed) {
        co_return with_error(400, !asked ? asked.error().message : resumed.error().message);
    }
    auto slot = stream_slot::take(of.streams);
    if (!slot) {
        co_return with_error(429, "too many streams are open: close one");
    }
    auto query = std::move(asked->query);
    const auto newest = of.daemon.health.metrics().last_sequence.load();
    // A client of another journal, that was lost or is kept in memory, begins with the next event.
    query.from = std::min(resumed->value_or(asked->from.value_or(newest)), newest);
    co_return response{.status = 200,
                       .fields = {{"Cache-Control", "no-store"}},
                       .content_type = "text/event-stream",
                       .stream = std::make_shared<event_stream>(of.daemon, std::move(query), std::move(*slot))};
}

} // namespace hookd::admin
