// SPDX-License-Identifier: MIT
#include "admin/status.hpp"

#include "admin/readiness.hpp"
#include "admin/sink_view.hpp"

#include <hookd/core/json_text.hpp>

#include <unistd.h>

namespace hookd::admin {

namespace {

using json = nlohmann::ordered_json;

/// Null for the epoch, which means "never".
json time_json(unix_millis at) {
    return at == unix_millis{} ? json(nullptr) : json(to_rfc3339(at)); // in braces it would be an array
}

json sink_json(const sink_view& sink) {
    const auto& worker = sink.worker;
    json made{{"name", worker.name},
              {"type", worker.type},
              {"paused", worker.paused},
              {"available", !worker.outage},
              {"hangs", worker.hangs},
              {"unavailable_since", time_json(worker.outage ? worker.outage->at : unix_millis{})},
              {"unavailable_reason", worker.outage ? json(worker.outage->detail) : json(nullptr)},
              {"next_try", time_json(worker.next_try.value_or(unix_millis{}))},
              {"last_error", nullptr},
              {"delivered", worker.delivered},
              {"retried", worker.retried},
              {"rejected", worker.rejected},
              {"attempts_per_minute", worker.attempts_per_minute},
              {"in_flight", worker.in_flight},
              {"waiting", sink.waiting},
              {"dead_letters", sink.dead},
              {"lag_events", sink.lag_events},
              {"lag_seconds", sink.lag_seconds}};
    if (worker.last_error) {
        made["last_error"] = {{"at", time_json(worker.last_error->at)}, {"detail", worker.last_error->detail}};
    }
    return made;
}

json sink_list(const context& what) {
    auto all = json::array();
    for (const auto& sink : look_at_sinks(what)) {
        all.push_back(sink_json(sink));
    }
    return all;
}

json orphan_list(const context& what) {
    auto all = json::array();
    for (const auto& orphan : look_at_orphans(what)) {
        all.push_back({{"name", orphan.name}, {"waiting", orphan.waiting}, {"dead_letters", orphan.dead}});
    }
    return all;
}

json listener_list(const http::server& server) {
    auto all = json::array();
    for (const auto& listener : server.listeners()) {
        json one{{"address", listener.address}, {"tls", listener.tls}};
        if (listener.certificate_expiry) {
            one["certificate_expires"] = time_json(*listener.certificate_expiry);
        }
        all.push_back(std::move(one));
    }
    return all;
}

json endpoint_list(const intake::metrics& intake) {
    auto all = json::array();
    for (const auto& [name, counters] : intake.endpoints()) {
        all.push_back({{"name", name},
                       {"accepted", counters->accepted()},
                       {"duplicate", counters->duplicate.value()},
                       {"last_authentic", time_json(counters->last_authentic())}});
    }
    return all;
}

/// Those that have occurred.
json answer_counts(const http::server_metrics& server) {
    auto all = json::object();
    for (std::size_t i = 0; i < http::known_statuses.size(); ++i) {
        if (const auto count = server.answers[i].value(); count > 0) {
            all[std::to_string(http::known_statuses[i])] = count;
        }
    }
    return all;
}

} // namespace

std::map<std::string, std::uint64_t> refusals_by_reason(const context& what) {
    std::map<std::string, std::uint64_t> all;
    const auto add = [&](std::string_view reason, const counter& counters) {
        if (const auto count = counters.value(); count > 0) {
            all[std::string{reason}] = count;
        }
    };
    for (std::size_t i = 0; i < http::refusals; ++i) {
        add(to_text(static_cast<http::refusal>(i)), what.server.metrics().refused[i]);
    }
    for (std::size_t i = 0; i < intake::refusals; ++i) {
        add(to_text(static_cast<intake::refusal>(i)), what.intake.refused[i]);
    }
    return all;
}

std::string status_json(const context& what, unix_millis started) {
    const auto reasons = reasons_not_ready(what);
    const auto& server = what.server.metrics();
    const auto& journal = what.health.metrics();
    const auto reloaded = what.reloaded();
    const auto closed = server.connections_closed.value();
    json all{{"version", what.version},
             {"pid", getpid()},
             {"started", time_json(started)},
             {"uptime_seconds", std::chrono::duration_cast<std::chrono::seconds>(what.clock() - started).count()},
             {"ready", reasons.empty()},
             {"reasons", reasons},
             {"limits", limits_reached(what)},
             {"requests", answer_counts(server)},
             {"refusals", refusals_by_reason(what)},
             {"connections", server.connections_opened.value() - closed},
             {"endpoints", endpoint_list(what.intake)},
             {"journal",
              {{"last_sequence", journal.last_sequence.load()},
               {"size_bytes", journal.size_bytes.load()},
               {"max_size_bytes", journal.max_size_bytes.load()}}},
             {"listeners", listener_list(what.server)},
             {"sinks", sink_list(what)},
             {"orphans", orphan_list(what)},
             {"last_reload", {{"applied", reloaded.applied}, {"at", time_json(reloaded.at)}}}};
    return json_line(all) + '\n'; // a path in an error may not be UTF-8
}

std::string sinks_json(const context& what) {
    return json_line({{"sinks", sink_list(what)}, {"orphans", orphan_list(what)}}) + '\n';
}

std::optional<std::string> sink_json(const context& what, std::string_view name) {
    for (const auto& sink : look_at_sinks(what)) {
        if (sink.worker.name == name) {
            return json_line(sink_json(sink)) + '\n';
        }
    }
    return std::nullopt;
}

std::string verdict_json(const reload_verdict& what) {
    json all{{"applied", what.applied}, {"file", what.file}};
    if (!what.applied) {
        all["faults"] = what.errors;
    }
    if (!what.warnings.empty()) {
        all["warnings"] = what.warnings;
    }
    return json_line(all) + '\n'; // a path in an error may not be UTF-8
}

} // namespace hookd::admin
