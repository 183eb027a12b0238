// SPDX-License-Identifier: MIT
#include "admin/sink_handlers.hpp"

#include "admin/operator.hpp"
#include "admin/responses.hpp"
#include "admin/status.hpp"
#include "admin/target.hpp"

#include <hookd/config/shared_keys.hpp>
#include <hookd/core/json_text.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace hookd::admin {

namespace asio = boost::asio;

namespace {

bool is_active(const context& daemon, const std::string& sink) {
    return std::ranges::any_of(daemon.dispatcher.metrics(), [&](const auto& each) { return each.name == sink; });
}

response unknown_sink(const std::string& sink) {
    return with_error(404, "unknown sink '" + sink + "'");
}

asio::awaitable<response> set_paused(const context& daemon, const routed_request& what, bool pause) {
    const auto& sink = what.segments.front();
    if (!is_active(daemon, sink)) {
        co_return unknown_sink(sink);
    }
    if (const auto noted = co_await daemon.deliveries.pause(sink, pause); !noted) {
        co_return with_journal_error(noted.error(), journal_has_ended);
    }
    spdlog::info("sink {}: {} by {}", sink, pause ? "paused" : "resumed", operator_of(what.whole));
    daemon.dispatcher.pause(sink, pause); // a sink worker created since then has begun with the journal's state
    co_return with_body(200, pause ? "{\"paused\":true}\n" : "{\"paused\":false}\n");
}

bool is_done(const journal::storage_result<journal::sink_edit>& edit) {
    return edit && edit->what == journal::sink_edit_outcome::done;
}

response edited(const journal::storage_result<journal::sink_edit>& done, const std::string& sink) {
    if (!done) {
        return with_journal_error(done.error(), journal_has_ended);
    }
    switch (done->what) {
    case journal::sink_edit_outcome::unknown:
        return unknown_sink(sink);
    case journal::sink_edit_outcome::open:
        return with_error(409, "sink '" + sink + "' is configured: remove it from the configuration and reload first");
    case journal::sink_edit_outcome::done:
        break;
    }
    return with_body(200, json_line({{"dead_letters", done->dead}, {"waiting", done->waiting}, {"more", done->more}}) +
                              '\n');
}

} // namespace

asio::awaitable<response> list_sinks(const daemon_context& of, const routed_request&) {
    co_return with_body(200, sinks_json(of.daemon));
}

asio::awaitable<response> show_sink(const daemon_context& of, const routed_request& what) {
    const auto& sink = what.segments.front();
    auto found = sink_json(of.daemon, sink);
    co_return found ? with_body(200, std::move(*found)) : unknown_sink(sink);
}

asio::awaitable<response> pause_sink(const daemon_context& of, const routed_request& what) {
    return set_paused(of.daemon, what, true);
}

asio::awaitable<response> resume_sink(const daemon_context& of, const routed_request& what) {
    return set_paused(of.daemon, what, false);
}

asio::awaitable<response> forget_sink(const daemon_context& of, const routed_request& what) {
    const auto& sink = what.segments.front();
    const auto done = co_await of.daemon.deliveries.forget(sink);
    if (is_done(done)) {
        spdlog::info("sink {}: forgotten by {}, with {} dead letter(s) and {} waiting event(s)", sink,
                     operator_of(what.whole), done->dead, done->waiting);
    }
    co_return edited(done, sink);
}

asio::awaitable<response> rename_sink(const daemon_context& of, const routed_request& what) {
    const auto pairs = query_pairs(what.whole.target);
    if (!pairs || pairs->size() != 1 || pairs->front().first != "to" || pairs->front().second.empty() ||
        !config::is_name(pairs->front().second)) {
        co_return with_error(400, "expected one parameter: to, the sink's new name: " + std::string{config::name_rule});
    }
    const auto& sink = what.segments.front();
    const auto& name = pairs->front().second;
    const auto done = co_await of.daemon.deliveries.rename(sink, name, of.daemon.clock());
    of.daemon.dispatcher.look_again(name);
    if (is_done(done) && !done->more) {
        spdlog::info("sink {}: renamed to {} by {}", sink, name, operator_of(what.whole));
    }
    co_return edited(done, sink);
}

} // namespace hookd::admin
