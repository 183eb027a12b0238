// SPDX-License-Identifier: MIT
#include "admin/readiness.hpp"

#include "admin/sink_view.hpp"

#include <chrono>
#include <string_view>
#include <utility>

namespace hookd::admin {

namespace {

using namespace std::chrono_literals;
using http::limit_effect;

std::string_view reason_of(journal::acceptance what) {
    switch (what) {
    case journal::acceptance::open:
        return {};
    case journal::acceptance::disk_full:
        return "the journal's disk is full";
    case journal::acceptance::over_size:
        return "journal.max_size is reached: raise it, or shorten journal.retention";
    case journal::acceptance::busy:
        return "too many events are waiting for the disk";
    case journal::acceptance::closed:
        return "the journal is closed";
    case journal::acceptance::failed:
        return "the journal has failed";
    }
    return {};
}

} // namespace

std::vector<std::string> reasons_not_ready(const context& what) {
    auto reasons = what.not_ready();
    if (auto stuck = what.not_alive()) {
        reasons.push_back(std::move(*stuck));
    }
    if (const auto reason = reason_of(what.health.accepts()); !reason.empty()) {
        reasons.emplace_back(reason);
    }
    if (what.server.metrics().accepting_fails()) {
        reasons.emplace_back("no connection can be accepted: out of file descriptors or memory");
    }
    if (what.server.metrics().limit_reached_within(limit_effect::refused_connection, 5s)) {
        reasons.emplace_back("new connections are rejected: max_connections is reached, and none gives way");
    }
    return reasons;
}

std::vector<std::string> limits_reached(const context& what) {
    static constexpr std::pair<limit_effect, std::string_view> effects[] = {
        {limit_effect::refused_connection, "connections were rejected: max_connections reached, and none gave way"},
        {limit_effect::gave_way,
         "connections without an authentic message were closed for new ones: max_connections reached"},
        {limit_effect::refused_from_address, "connections were rejected: max_connections_per_address reached"},
        {limit_effect::refused_body, "large bodies were rejected: too many at the same time"},
    };
    std::vector<std::string> lines;
    for (const auto& [effect, line] : effects) {
        if (what.server.metrics().limit_reached_within(effect, 1min)) {
            lines.emplace_back(line);
        }
    }
    return lines;
}

std::vector<std::string> held_up_sinks(const context& what, bool reasons) {
    std::vector<std::string> lines;
    for (const auto& each : what.dispatcher.metrics()) {
        if (auto line = held_up_text(each, reasons); !line.empty()) {
            lines.push_back(std::move(line));
        }
    }
    return lines;
}

} // namespace hookd::admin
