// SPDX-License-Identifier: MIT
#include "admin/metrics.hpp"

#include "admin/metrics_writer.hpp"
#include "admin/process.hpp"
#include "admin/readiness.hpp"
#include "admin/sink_view.hpp"

namespace hookd::admin {

namespace {

constexpr double microseconds_a_second = 1e6;

template <class Number>
double number(Number value) {
    return static_cast<double>(value);
}
double number(const counter& counters) {
    return static_cast<double>(counters.value());
}
double seconds(unix_millis at) {
    return std::chrono::duration<double>(at.time_since_epoch()).count();
}

void add_requests(metrics_writer& to, const context& what) {
    const auto& server = what.server.metrics();
    to.counter("hookd_requests_total", "Responses, by status.");
    for (std::size_t i = 0; i < http::known_statuses.size(); ++i) {
        to.add(number(server.answers[i]), "status", std::to_string(http::known_statuses[i]));
    }
    to.counter("hookd_refusals_total", "Rejected requests, by reason.");
    for (std::size_t i = 0; i < http::refusals; ++i) {
        to.add(number(server.refused[i]), "reason", to_text(static_cast<http::refusal>(i)));
    }
    for (std::size_t i = 0; i < intake::refusals; ++i) {
        to.add(number(what.intake.refused[i]), "reason", to_text(static_cast<intake::refusal>(i)));
    }
}

void add_events(metrics_writer& to, const context& what) {
    const auto endpoints = what.intake.endpoints();
    to.counter("hookd_events_accepted_total", "Events stored durably.");
    for (const auto& [name, counters] : endpoints) {
        to.add(number(counters->accepted()), "endpoint", name);
    }
    to.counter("hookd_events_total", "Events stored durably, by type.");
    for (const auto& [name, counters] : endpoints) {
        for (std::size_t i = 0; i < intake::event_kinds; ++i) {
            to.add(number(counters->stored[i]),
                   {{"endpoint", name}, {"type", to_text(static_cast<intake::event_kind>(i))}});
        }
    }
    to.counter("hookd_events_duplicate_total", "Authentic messages that were already stored.");
    for (const auto& [name, counters] : endpoints) {
        to.add(number(counters->duplicate), "endpoint", name);
    }
    to.gauge("hookd_last_authentic_event_timestamp_seconds",
             "When the last authentic message was received; 0 if unknown.");
    for (const auto& [name, counters] : endpoints) {
        to.add(number(counters->last_authentic().time_since_epoch().count()), "endpoint", name);
    }
}

void add_connections(metrics_writer& to, const http::server& server) {
    const auto& counters = server.metrics();
    // In this order, for connections go on opening and closing meanwhile.
    const double closed = number(counters.connections_closed);
    const double opened = number(counters.connections_opened);
    to.gauge("hookd_connections", "Open connections.").add(opened - closed);
    to.counter("hookd_connections_total", "Accepted connections.").add(opened);
    to.counter("hookd_connections_refused_total", "Connections closed at once, by the exceeded limit.")
        .add(number(counters.too_many_connections), "reason", "max_connections")
        .add(number(counters.too_many_from_address), "reason", "max_connections_per_address")
        .add(number(counters.proxy_refused), "reason", "proxy_header");
    to.counter("hookd_connections_gave_way_total",
               "Connections without an authentic message, closed for new ones at max_connections.")
        .add(number(counters.gave_way));
    to.counter("hookd_tls_handshakes_total", "Completed TLS handshakes.").add(number(counters.handshakes));
    to.counter("hookd_tls_handshake_failures_total", "Failed TLS handshakes.").add(number(counters.failed_handshakes));
    to.gauge("hookd_certificate_expiry_timestamp_seconds", "When the certificate that a listener serves expires.");
    for (const auto& listener : server.listeners()) {
        if (listener.certificate_expiry) {
            to.add(number(listener.certificate_expiry->time_since_epoch().count()), "listener", listener.address);
        }
    }
}

void add_journal(metrics_writer& to, const journal::journal_metrics& counters) {
    to.distribution("hookd_commit_batch_events", "Events stored by one commit.", counters.batch_events, 1);
    to.distribution("hookd_commit_duration_seconds", "Duration of a commit, including its sync to disk.",
                    counters.commit_microseconds, microseconds_a_second);
    to.gauge("hookd_journal_size_bytes", "Size of the journal, as limited by journal.max_size.")
        .add(number(counters.size_bytes.load()));
    to.gauge("hookd_journal_max_size_bytes", "The configured journal.max_size.")
        .add(number(counters.max_size_bytes.load()));
    constexpr double milliseconds_a_second = 1e3;
    to.gauge("hookd_journal_clock_ahead_seconds", "How far the clock is ahead of the time that is known to have "
                                                  "passed; retention ignores the difference for now.")
        .add(number(counters.clock_ahead_milliseconds.load()) / milliseconds_a_second);
    to.gauge("hookd_journal_last_sequence", "Sequence number of the newest event.")
        .add(number(counters.last_sequence.load()));
}

struct sink_metric {
    const char* name;
    const char* help;
    bool counts;
    double (*value)(const sink_view&);
};

constexpr sink_metric sink_metrics[] = {
    {"hookd_sink_delivered_total", "Events delivered.", true,
     [](const sink_view& sink) { return number(sink.worker.delivered); }},
    {"hookd_sink_retried_total", "Failed attempts that are retried.", true,
     [](const sink_view& sink) { return number(sink.worker.retried); }},
    {"hookd_sink_rejected_total", "Events that the sink rejected permanently.", true,
     [](const sink_view& sink) { return number(sink.worker.rejected); }},
    {"hookd_sink_dead_letters", "Dead letters.", false, [](const sink_view& sink) { return number(sink.dead); }},
    {"hookd_sink_waiting", "Failed events that wait for the next attempt.", false,
     [](const sink_view& sink) { return number(sink.waiting); }},
    {"hookd_sink_lag_events", "Events in the journal that the sink has not processed yet.", false,
     [](const sink_view& sink) { return number(sink.lag_events); }},
    {"hookd_sink_lag_seconds", "Age of the oldest event that the sink has not processed yet.", false,
     [](const sink_view& sink) { return sink.lag_seconds; }},
    {"hookd_sink_in_flight", "Events that are being delivered.", false,
     [](const sink_view& sink) { return number(sink.worker.in_flight); }},
    {"hookd_sink_paused", "1 while the sink is paused.", false,
     [](const sink_view& sink) { return number(sink.worker.paused); }},
    {"hookd_sink_unavailable", "1 while the sink is unavailable for all events.", false,
     [](const sink_view& sink) { return number(sink.worker.outage.has_value()); }},
    {"hookd_sink_hangs", "1 while the sink hangs in a system call, which makes it unavailable.", false,
     [](const sink_view& sink) { return number(sink.worker.hangs); }},
};

void add_sinks(metrics_writer& to, const context& what) {
    const auto sinks = look_at_sinks(what);
    for (const auto& metric : sink_metrics) {
        metric.counts ? to.counter(metric.name, metric.help) : to.gauge(metric.name, metric.help);
        for (const auto& sink : sinks) {
            to.add(metric.value(sink), "sink", sink.worker.name);
        }
    }
    to.gauge("hookd_orphaned_events", "Dead letters and waiting events of sinks that are not configured.");
    for (const auto& orphan : look_at_orphans(what)) {
        to.add(number(orphan.dead + orphan.waiting), "sink", orphan.name);
    }
}

void add_daemon(metrics_writer& to, const context& what) {
    const auto reloaded = what.reloaded();
    to.gauge("hookd_ready", "1 while the daemon accepts events.").add(reasons_not_ready(what).empty() ? 1 : 0);
    to.gauge("hookd_last_reload_successful", "1 if the last reload was applied; the start counts as a reload.")
        .add(reloaded.applied ? 1 : 0);
    to.gauge("hookd_last_reload_timestamp_seconds", "When the last reload was attempted.").add(seconds(reloaded.at));
    const auto task = what.task();
    to.gauge("hookd_task_seconds", "For how long a reload or a check of the certificate files has been running.");
    for (const char* const name : {"reload", "certificates"}) {
        const bool runs = task && task->name == name;
        const auto age =
            std::chrono::steady_clock::now() - (runs ? task->since : std::chrono::steady_clock::time_point{});
        to.add(runs ? std::chrono::duration<double>(age).count() : 0, "task", name);
    }
    to.counter("hookd_log_lines_dropped_total", "Log lines dropped because their reader was too slow.")
        .add(number(what.log_lines_dropped()));
    to.counter("hookd_access_log_lines_dropped_total",
               "Lines of the access log dropped because its disk was too slow or full.")
        .add(number(what.access_log_lines_dropped()));
    to.gauge("hookd_build_info", "1, with the version as a label.").add(1, "version", what.version);
}

void add_process(metrics_writer& to) {
    const auto process = look_at_process();
    to.gauge("process_start_time_seconds", "When the process started.").add(process.started);
    to.counter("process_cpu_seconds_total", "User and system CPU time.").add(process.cpu_seconds);
    to.gauge("process_resident_memory_bytes", "Resident memory.").add(number(process.resident_bytes));
    to.gauge("process_open_fds", "Open file descriptors.").add(number(process.open_descriptors));
    to.gauge("process_max_fds", "Maximum number of open file descriptors.").add(number(process.most_descriptors));
}

} // namespace

std::string metrics_text(const context& what) {
    metrics_writer all;
    add_requests(all, what);
    add_events(all, what);
    add_connections(all, what.server);
    add_journal(all, what.health.metrics());
    add_sinks(all, what);
    add_daemon(all, what);
    add_process(all);
    return all.text();
}

} // namespace hookd::admin
