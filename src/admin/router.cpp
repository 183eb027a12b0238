// SPDX-License-Identifier: MIT
#include "admin/router.hpp"

#include "admin/answers.hpp"
#include "admin/host_check.hpp"
#include "admin/metrics.hpp"
#include "admin/readiness.hpp"
#include "admin/sink_handlers.hpp"
#include "admin/status.hpp"
#include "admin/target.hpp"

#include <algorithm>
#include <ranges>
#include <utility>
#include <vector>

namespace hookd::admin {

namespace {

constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view control_root = "/v1/";
constexpr std::string_view unix_peer = "unix";

constinit const response alive{200, "ok\n", {}, {}};
constinit const response not_found{404, "not found\n", {}, {}};
constinit const response only_by_socket{403, "only available on the Unix socket (admin.socket)\n", {}, {}};
constinit const response another_host{
    421,
    "Host is not allowed: use the daemon's address or localhost, or add the name to admin.allowed_hosts\n",
    {},
    {}};

/// Who may use a route.
enum class access : std::uint8_t {
    anyone,
    owner, ///< Peers on the Unix socket.
};

/// Whether the path has the pattern's segments; `*` matches any one.
bool matches(std::string_view path, std::string_view pattern) {
    const auto segments = [](std::string_view text) { return text | std::views::split('/'); };
    return std::ranges::equal(segments(path), segments(pattern), [](const auto& a, const auto& b) {
        return (std::ranges::size(a) > 0 && std::string_view{b} == "*") || std::ranges::equal(a, b);
    });
}

} // namespace

struct router::route {
    std::string_view path;
    access by;
    response (router::*look)() const = nullptr; ///< For GET. Null: `work` handles it.
    boost::asio::awaitable<response> (router::*work)(const request& whole) = nullptr;
    std::string_view method = {}; ///< The method for `work`; empty: it checks the method itself.
};

const router::route* router::find(std::string_view path) {
    static constexpr route routes[] = {
        {"/healthz", access::anyone, &router::health},
        {"/readyz", access::anyone, &router::readiness},
        {"/metrics", access::anyone, &router::metrics},
        {"/v1/status", access::owner, &router::status},
        {"/v1/sinks", access::owner, &router::sinks},
        {"/v1/sinks/*/pause", access::owner, nullptr, &router::about_one_sink, "POST"},
        {"/v1/sinks/*/resume", access::owner, nullptr, &router::about_one_sink, "POST"},
        {"/v1/events", access::owner, nullptr, &router::about_events},
        {"/v1/events/replay", access::owner, nullptr, &router::about_events},
        {"/v1/events/drop", access::owner, nullptr, &router::about_events},
        {"/v1/events/*", access::owner, nullptr, &router::about_events},
        {"/v1/events/*/body", access::owner, nullptr, &router::about_events},
        {"/v1/reload", access::owner, nullptr, &router::reload, "POST"},
    };
    const auto* const found = std::ranges::find_if(routes, [&](const route& each) { return matches(path, each.path); });
    return found == std::end(routes) ? nullptr : found;
}

event_context router::event_context_of(const context& what) {
    return {.events = what.events,
            .clock = what.clock,
            .sinks =
                [&what] {
                    std::vector<journal::sink_scope> all;
                    for (auto& each : what.dispatcher.metrics()) {
                        all.push_back({.name = std::move(each.name),
                                       .events = std::move(each.events),
                                       .endpoints = std::move(each.endpoints)});
                    }
                    return all;
                },
            .look_again = [&what](std::string_view sink) { what.dispatcher.look_again(sink); }};
}

std::optional<response> router::screen(const request& head) {
    const auto path = path_of(head.target);
    const route* const found = find(path);
    if (head.client != unix_peer) {
        if (!may_ask(head.host, context_.allowed_hosts())) {
            return another_host;
        }
        const bool open_to_all = found == nullptr ? !path.starts_with(control_root) : found->by == access::anyone;
        if (!open_to_all) {
            return only_by_socket;
        }
    }
    if (found == nullptr) {
        return not_found;
    }
    if (found->look == nullptr) {
        const bool fits = found->method.empty() || head.method == found->method;
        return fits ? std::nullopt : std::optional{only_post};
    }
    if (head.method != "GET" && head.method != "HEAD") {
        return only_get;
    }
    return (this->*found->look)();
}

boost::asio::awaitable<response> router::handle(const request& whole) {
    co_return co_await (this->*find(path_of(whole.target))->work)(whole);
}

boost::asio::awaitable<response> router::about_events(const request& whole) {
    return answer_about_events(events_, whole.method, whole.target);
}

boost::asio::awaitable<response> router::about_one_sink(const request& whole) {
    return answer_about_one_sink(context_, whole.target);
}

boost::asio::awaitable<response> router::reload(const request&) {
    const auto verdict = co_await reloads_.reload();
    co_return made(verdict.applied ? 200 : 422, verdict_json(verdict));
}

response router::health() const {
    const auto stuck = context_.not_alive();
    return stuck ? made(503, *stuck + '\n', text_type) : alive;
}

response router::readiness() const {
    const auto reasons = reasons_not_ready(context_);
    const bool is_ready = reasons.empty();
    std::string lines{is_ready ? "ready\n" : ""};
    for (const auto& line : is_ready ? limits_reached(context_) : reasons) {
        lines += line + '\n';
    }
    for (const auto& sink : hanging_sinks(context_)) {
        lines += sink + '\n';
    }
    return made(is_ready ? 200 : 503, std::move(lines), text_type);
}

response router::metrics() const {
    return made(200, metrics_text(context_), metrics_type);
}

response router::status() const {
    return made(200, status_json(context_, started_));
}

response router::sinks() const {
    return made(200, sinks_json(context_));
}

} // namespace hookd::admin
