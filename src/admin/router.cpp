// SPDX-License-Identifier: MIT
#include "admin/router.hpp"

#include "admin/host_check.hpp"
#include "admin/responses.hpp"
#include "admin/routes.hpp"
#include "admin/sink_view.hpp"
#include "admin/target.hpp"

#include <utility>

namespace hookd::admin {

namespace {

constexpr std::string_view control_root = "/v1/";

constinit const response not_found{404, "not found\n"};
constinit const response only_by_socket{403, "only available on the Unix socket (admin.socket)\n"};
constinit const response another_host{
    421, "Host is not allowed: use the daemon's address or localhost, or add the name to admin.allowed_hosts\n"};

event_context event_context_of(const context& what) {
    return {.events = what.events,
            .clock = what.clock,
            .sinks = [&what] { return sink_scopes(what); },
            .look_again = [&what](std::string_view sink) { what.dispatcher.look_again(sink); },
            .explain = [](const journal::storage_error&) { return std::string{journal_has_ended}; }};
}

} // namespace

router::router(const context& what, unix_millis started, reload_handler& reloads, const rates& recent,
               std::atomic<unsigned>& streams)
    : daemon_{.daemon = what,
              .started = started,
              .reloads = reloads,
              .documents = documents_,
              .recent = recent,
              .streams = streams},
      events_{event_context_of(what)} {}

std::optional<response> router::screen(const request& head) {
    if (head.peer != peer_kind::unix_socket && !may_ask(head.host, daemon_.daemon.allowed_hosts())) {
        return another_host;
    }
    const auto path = path_of(head.target);
    const auto found = path_routes::find(routes(), path);
    if (!found) {
        const bool hidden = head.peer != peer_kind::unix_socket && path.starts_with(control_root);
        return hidden ? only_by_socket : not_found;
    }
    const route* const wanted = found->find(head.method);
    if (wanted != nullptr ? !is_open_to(*wanted, head.peer) : !found->any_open_to(head.peer)) {
        return only_by_socket;
    }
    return wanted != nullptr ? std::nullopt : std::optional{method_not_allowed(found->methods())};
}

boost::asio::awaitable<response> router::handle(const request& whole) {
    auto found = path_routes::find(routes(), path_of(whole.target)).value(); // screened
    const auto& handle = found.find(whole.method)->handle;
    const routed_request what{.whole = whole, .segments = std::move(found.segments)};
    if (const auto* const by_events = std::get_if<event_handler>(&handle)) {
        co_return co_await (*by_events)(events_, what);
    }
    co_return co_await std::get<daemon_handler>(handle)(daemon_, what);
}

} // namespace hookd::admin
