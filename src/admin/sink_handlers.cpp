// SPDX-License-Identifier: MIT
#include "admin/sink_handlers.hpp"

#include "admin/responses.hpp"
#include "admin/status.hpp"

#include <algorithm>

namespace hookd::admin {

namespace asio = boost::asio;

namespace {

bool is_active(const context& daemon, const std::string& sink) {
    return std::ranges::any_of(daemon.dispatcher.metrics(), [&](const auto& each) { return each.name == sink; });
}

asio::awaitable<response> set_paused(const context& daemon, const std::string& sink, bool pause) {
    if (!is_active(daemon, sink)) {
        co_return with_error(404, "unknown sink '" + sink + "'");
    }
    if (const auto noted = co_await daemon.deliveries.pause(sink, pause); !noted) {
        co_return with_journal_error(noted.error(), journal_has_ended);
    }
    daemon.dispatcher.pause(sink, pause); // a sink worker created since then has begun with the journal's state
    co_return with_body(200, pause ? "{\"paused\":true}\n" : "{\"paused\":false}\n");
}

} // namespace

asio::awaitable<response> list_sinks(const daemon_context& of, const routed_request&) {
    co_return with_body(200, sinks_json(of.daemon));
}

asio::awaitable<response> pause_sink(const daemon_context& of, const routed_request& what) {
    return set_paused(of.daemon, what.segments.front(), true);
}

asio::awaitable<response> resume_sink(const daemon_context& of, const routed_request& what) {
    return set_paused(of.daemon, what.segments.front(), false);
}

} // namespace hookd::admin
