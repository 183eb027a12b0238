// SPDX-License-Identifier: MIT
#include "admin/sink_view.hpp"

#include <algorithm>
#include <utility>

namespace hookd::admin {

std::vector<sink_view> look_at_sinks(const context& what) {
    std::vector<sink_view> all;
    for (auto& worker : what.dispatcher.metrics()) {
        const auto newest = what.health.metrics().last_sequence.load();
        const auto row = what.health.metrics().sinks.find(worker.name).value_or(journal::sink_stats::entry{});
        sink_view one{.worker = std::move(worker), .waiting = row.waiting, .dead = row.dead};
        one.lag_events = newest - std::min(newest, one.worker.reached);
        if (one.lag_events > 0 && one.worker.oldest) {
            one.lag_seconds = std::max(std::chrono::duration<double>(what.clock() - *one.worker.oldest).count(), 0.0);
        }
        if (one.waiting == 0 && !one.worker.outage) {
            one.worker.next_try.reset(); // what was known of it has ended
        }
        all.push_back(std::move(one));
    }
    return all;
}

std::vector<journal::sink_scope> sink_scopes(const context& what) {
    std::vector<journal::sink_scope> all;
    for (auto& each : what.dispatcher.metrics()) {
        all.push_back({.name = std::move(each.name),
                       .filters = std::move(each.filters),
                       .in_flight = std::move(each.delivering)});
    }
    return all;
}

std::string held_up_text(const delivery::sink_metrics& sink, bool reasons) {
    std::string text = sink.paused ? "paused" : "";
    if (sink.outage) {
        text += (text.empty() ? "" : ", ") + std::string{sink.hangs ? "hangs" : "unavailable"};
        text += " since " + to_rfc3339(sink.outage->at);
        text += sink.next_try ? ", next try " + to_rfc3339(*sink.next_try) : "";
    }
    if (!text.empty()) {
        text = "sink " + sink.name + ": " + text + ", its events wait";
        text += reasons && sink.outage && !sink.outage->detail.empty() ? ": " + sink.outage->detail : "";
    }
    return text;
}

std::vector<orphan_view> look_at_orphans(const context& what) {
    const auto configured = what.dispatcher.metrics();
    std::vector<orphan_view> all;
    for (const auto& [name, row] : what.health.metrics().sinks.all()) {
        if (row.orphan && std::ranges::find(configured, name, &delivery::sink_metrics::name) == configured.end()) {
            all.push_back({.name = name, .waiting = row.waiting, .dead = row.dead});
        }
    }
    return all;
}

std::vector<std::string> backlogs_left(const std::vector<sink_view>& before, const std::vector<sink_view>& after) {
    std::vector<std::string> lines;
    for (const auto& each : before) {
        const auto waiting = each.waiting + each.lag_events;
        const bool stays =
            std::ranges::any_of(after, [&](const sink_view& other) { return other.worker.name == each.worker.name; });
        if (!stays && each.dead + waiting > 0) {
            lines.push_back("sink " + each.worker.name + " is no longer configured: " + std::to_string(each.dead) +
                            " dead letter(s) and " + std::to_string(waiting) +
                            " waiting event(s) are left, until journal.retention deletes them; continue with "
                            "'colivara-hookd sinks rename' or 'colivara-hookd sinks forget'");
        }
    }
    return lines;
}

} // namespace hookd::admin
