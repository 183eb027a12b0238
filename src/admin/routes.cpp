// SPDX-License-Identifier: MIT
#include "admin/routes.hpp"

#include "admin/daemon_handlers.hpp"
#include "admin/documents.hpp"
#include "admin/event_handlers.hpp"
#include "admin/event_stream.hpp"
#include "admin/rates.hpp"
#include "admin/responses.hpp"
#include "admin/sink_handlers.hpp"

#include <hookd/core/json_text.hpp>

namespace hookd::admin {

namespace {

boost::asio::awaitable<response> list_routes(const daemon_context&, const routed_request&) {
    auto all = nlohmann::ordered_json::array();
    for (const auto& each : routes()) {
        all.push_back(
            {{"method", each.method}, {"path", each.pattern}, {"access", to_text(each.by)}, {"help", each.help}});
    }
    co_return with_body(200, json_line({{"routes", std::move(all)}}) + '\n');
}

constexpr route table[] = {
    {"GET", "/healthz", access::anyone, show_health, "whether the daemon is alive, or which threads hang"},
    {"GET", "/readyz", access::anyone, show_readiness, "whether the daemon accepts events, or why not"},
    {"GET", "/metrics", access::anyone, show_metrics, "the metrics in the Prometheus text format"},
    {"GET", "/v1", access::unix_socket, list_routes, "these routes"},
    {"GET", "/v1/status", access::unix_socket, show_status, "an overview of the daemon"},
    {"POST", "/v1/reload", access::unix_socket, reload, "apply the configuration, or report its errors"},
    {"GET", "/v1/sinks", access::unix_socket, list_sinks, "the sinks and their backlog"},
    {"POST", "/v1/sinks/{name}/pause", access::unix_socket, pause_sink, "start no more deliveries to a sink"},
    {"POST", "/v1/sinks/{name}/resume", access::unix_socket, resume_sink, "continue the deliveries to a sink"},
    {"POST", "/v1/sinks/{name}/forget", access::unix_socket, forget_sink, "remove a sink that is not configured"},
    {"POST", "/v1/sinks/{name}/rename", access::unix_socket, rename_sink, "rename a sink that is not configured"},
    {"GET", "/v1/events", access::unix_socket, list_events, "stored events and their deliveries"},
    {"GET", "/v1/events/count", access::unix_socket, count_events, "how many stored events there are"},
    {"GET", "/v1/events/stream", access::unix_socket, stream_events, "events and changes of deliveries as they come"},
    {"GET", "/v1/events/{id}", access::unix_socket, show_event, "an event and its deliveries"},
    {"GET", "/v1/events/{sequence}/body", access::unix_socket, show_event_body, "the body of an event as received"},
    {"POST", "/v1/events/replay", access::unix_socket, replay_events, "deliver events again"},
    {"GET", "/v1/documents", access::unix_socket, list_documents, "the newest verdict about each document"},
    {"GET", "/v1/rates", access::unix_socket, show_rates, "what happened in each minute of the last day"},
    {"POST", "/v1/events/drop", access::unix_socket, drop_events, "forget dead letters"},
};

} // namespace

std::span<const route> routes() {
    return table;
}

} // namespace hookd::admin
