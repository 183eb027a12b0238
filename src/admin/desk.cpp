#include "admin/desk.hpp"

#include "admin/answers.hpp"
#include "admin/metrics.hpp"
#include "admin/readiness.hpp"
#include "admin/sink_desk.hpp"
#include "admin/status.hpp"
#include "admin/target.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace hookd::admin {

namespace {

constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view control_prefix = "/v1/";
constexpr std::string_view unix_peer = "unix";

constinit const answer alive{200, "ok\n", {}, {}};
constinit const answer not_found{404, "not found\n", {}, {}};
constinit const answer only_by_socket{403, "only by the Unix socket, admin.socket of the configuration\n", {}, {}};

} // namespace

struct desk::route {
    std::string_view path;
    answer (desk::*look)() const; ///< Null: it is asked for by POST, and `handle` does it.
};

const desk::route* desk::find(std::string_view path) {
    static constexpr route routes[] = {
        {"/healthz", &desk::health},   {"/readyz", &desk::readiness}, {"/metrics", &desk::metrics},
        {"/v1/status", &desk::status}, {"/v1/sinks", &desk::sinks},   {"/v1/reload", nullptr},
    };
    const auto* const found = std::ranges::find(routes, path, &route::path);
    return found == std::end(routes) ? nullptr : found;
}

event_room desk::events_of(const watched& what) {
    return {.journal = what.journal,
            .clock = what.clock,
            .sinks =
                [&what] {
                    std::vector<journal::sink_scope> all;
                    for (auto& each : what.dispatcher.figures()) {
                        all.push_back({.name = std::move(each.name),
                                       .events = std::move(each.events),
                                       .endpoints = std::move(each.endpoints)});
                    }
                    return all;
                },
            .look_again = [&what](std::string_view sink) { what.dispatcher.look_again(sink); }};
}

std::optional<answer> desk::screen(const request& head) {
    const auto path = path_of(head.target);
    if (path.starts_with(control_prefix) && head.client != unix_peer) {
        return only_by_socket;
    }
    if (is_about_events(path)) {
        return std::nullopt;
    }
    if (is_about_one_sink(path)) {
        return head.method == "POST" ? std::nullopt : std::optional{only_post};
    }
    const route* const found = find(path);
    if (found == nullptr) {
        return not_found;
    }
    if (found->look == nullptr) {
        return head.method == "POST" ? std::nullopt : std::optional{only_post};
    }
    if (head.method != "GET" && head.method != "HEAD") {
        return only_get;
    }
    return (this->*found->look)();
}

boost::asio::awaitable<answer> desk::handle(const request& whole) {
    if (is_about_events(whole.target)) {
        co_return co_await answer_about_events(events_, whole.method, whole.target);
    }
    if (is_about_one_sink(whole.target)) {
        co_return co_await answer_about_one_sink(watched_, whole.target);
    }
    const auto verdict = co_await reloads_.reload();
    co_return made(verdict.applied ? 200 : 422, verdict_json(verdict));
}

answer desk::health() const {
    const auto stuck = watched_.not_alive();
    return stuck ? made(503, *stuck + '\n', text_type) : alive;
}

answer desk::readiness() const {
    const auto reasons = reasons_not_ready(watched_);
    const bool is_ready = reasons.empty();
    std::string lines{is_ready ? "ready\n" : ""};
    for (const auto& line : is_ready ? limits_reached(watched_) : reasons) {
        lines += line + '\n';
    }
    for (const auto& sink : hanging_sinks(watched_)) {
        lines += sink + '\n';
    }
    return made(is_ready ? 200 : 503, std::move(lines), text_type);
}

answer desk::metrics() const {
    return made(200, metrics_text(watched_), metrics_type);
}

answer desk::status() const {
    return made(200, status_json(watched_, started_));
}

answer desk::sinks() const {
    return made(200, sinks_json(watched_));
}

} // namespace hookd::admin
