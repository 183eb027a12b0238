// SPDX-License-Identifier: MIT
#include "admin/routes.hpp"

#include "admin/daemon_handlers.hpp"
#include "admin/documents.hpp"
#include "admin/event_handlers.hpp"
#include "admin/event_stream.hpp"
#include "admin/openapi.hpp"
#include "admin/rates.hpp"
#include "admin/rejected_handlers.hpp"
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

constexpr content text{.schema = {}, .type = "text/plain"};
using request = request_about_events;

// clang-format off
constexpr route table[] = {
    {"GET", "/healthz", access::anyone, show_health, text, "whether the daemon is alive, or which threads hang"},
    {"GET", "/readyz", access::anyone, show_readiness, text, "whether the daemon accepts events, or why not"},
    {"GET", "/metrics", access::anyone, show_metrics, text, "the metrics in the Prometheus text format"},
    {"GET", "/v1", access::unix_socket, list_routes, {"Routes"}, "these routes"},
    {"GET", "/v1/openapi.json", access::unix_socket, show_openapi, {"Description"}, "the description of this API"},
    {"GET", "/v1/status", access::unix_socket, show_status, {"Status"}, "an overview of the daemon"},
    {"POST", "/v1/reload", access::unix_socket, reload, {"Reload"}, "apply the configuration, or report its errors"},
    {"GET", "/v1/sinks", access::unix_socket, list_sinks, {"Sinks"}, "the sinks and their backlog"},
    {"GET", "/v1/sinks/{name}", access::unix_socket, show_sink, {"Sink"}, "a sink, its backlog and its last error"},
    {"POST", "/v1/sinks/{name}/pause", access::unix_socket, pause_sink, {"Paused"}, "start no more deliveries to a sink"},
    {"POST", "/v1/sinks/{name}/resume", access::unix_socket, resume_sink, {"Paused"}, "continue the deliveries to a sink"},
    {"POST", "/v1/sinks/{name}/forget", access::unix_socket, forget_sink, {"SinkEdit"}, "remove a sink that is not configured"},
    {"POST", "/v1/sinks/{name}/rename", access::unix_socket, rename_sink, {"SinkEdit"}, "rename a sink that is not configured"},
    {"GET", "/v1/rejected", access::unix_socket, list_rejected, {"RejectedList"}, "the last rejected requests"},
    {"GET", "/v1/rejected/{id}", access::unix_socket, show_rejected, {"Rejected"}, "a rejected request, with its body if it is kept"},
    {"GET", "/v1/events", access::unix_socket, list_events, {"EventPage"}, "stored events and their deliveries", request::list},
    {"GET", "/v1/events/count", access::unix_socket, count_events, {"EventCount"}, "how many stored events there are", request::count},
    {"GET", "/v1/events/stream", access::unix_socket, stream_events, {{}, "text/event-stream"}, "events and changes of deliveries as they come", request::stream},
    {"GET", "/v1/events/{id}", access::unix_socket, show_event, {"EventPage"}, "an event and its deliveries"},
    {"GET", "/v1/events/{sequence}/body", access::unix_socket, show_event_body, {{}, "application/octet-stream"}, "the body of an event as received"},
    {"POST", "/v1/events/replay", access::unix_socket, replay_events, {"Repaired"}, "deliver events again", request::change},
    {"POST", "/v1/events/drop", access::unix_socket, drop_events, {"Repaired"}, "forget dead letters", request::change},
    {"POST", "/v1/events/delete", access::unix_socket, delete_events, {"Erased"}, "delete an event or a document's events", request::change},
    {"GET", "/v1/documents", access::unix_socket, list_documents, {"DocumentPage"}, "the newest verdict about each document", request::documents},
    {"GET", "/v1/rates", access::unix_socket, show_rates, {"Rates"}, "what happened in each minute of the last day"},
};
// clang-format on

} // namespace

std::span<const route> routes() {
    return table;
}

} // namespace hookd::admin
