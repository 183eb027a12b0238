// SPDX-License-Identifier: MIT
#include "admin/daemon_handlers.hpp"

#include "admin/metrics.hpp"
#include "admin/readiness.hpp"
#include "admin/responses.hpp"
#include "admin/sink_view.hpp"
#include "admin/status.hpp"

#include <utility>

namespace hookd::admin {

namespace asio = boost::asio;

namespace {

constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view text_type = "text/plain; charset=utf-8";

} // namespace

asio::awaitable<response> show_health(const daemon_context& of, const routed_request&) {
    const auto stuck = of.daemon.not_alive();
    co_return stuck ? with_body(503, *stuck + '\n', text_type) : response{200, "ok\n"};
}

asio::awaitable<response> show_readiness(const daemon_context& of, const routed_request& what) {
    const auto reasons = reasons_not_ready(of.daemon);
    const bool is_ready = reasons.empty();
    std::string lines{is_ready ? "ready\n" : ""};
    for (const auto& line : is_ready ? limits_reached(of.daemon) : reasons) {
        lines += line + '\n';
    }
    // What a hook or a server has said is not for everyone.
    const bool with_errors = what.whole.peer == peer_kind::unix_socket;
    for (const auto& sink : held_up_sinks(of.daemon, with_errors)) {
        lines += sink + '\n';
    }
    co_return with_body(is_ready ? 200 : 503, std::move(lines), text_type);
}

asio::awaitable<response> show_metrics(const daemon_context& of, const routed_request&) {
    co_return with_body(200, metrics_text(of.daemon), metrics_type);
}

asio::awaitable<response> show_status(const daemon_context& of, const routed_request&) {
    co_return with_body(200, status_json(of.daemon, of.started));
}

asio::awaitable<response> reload(const daemon_context& of, const routed_request&) {
    const auto before = look_at_sinks(of.daemon);
    auto verdict = co_await of.reloads.reload();
    if (verdict.applied) {
        verdict.warnings = backlogs_left(before, look_at_sinks(of.daemon));
    }
    co_return with_body(verdict.applied ? 200 : 422, verdict_json(verdict));
}

} // namespace hookd::admin
