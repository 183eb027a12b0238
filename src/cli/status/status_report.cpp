// SPDX-License-Identifier: MIT
#include "cli/status/status_report.hpp"

#include "cli/events/event_report.hpp"
#include "cli/json_member.hpp"
#include "cli/sinks/sink_report.hpp"
#include "cli/terminal_text.hpp"
#include "cli/time_argument.hpp"

#include <hookd/core/escape.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t narrowest_name = 12;
constexpr std::size_t widest = 80;
constexpr std::string_view counts_note = "counts    since start; waiting, dead and lag are current\n";

std::uint64_t number(const json& from, const char* key) {
    const auto found = from.find(key);
    if (found != from.end() && found->is_number_float()) {
        constexpr double most = 9e18; // beyond it a conversion has no meaning
        const auto value = found->get<double>();
        return value > 0 && value < most ? static_cast<std::uint64_t>(value) : 0;
    }
    return found != from.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string text(const json& from, const char* key) {
    const auto found = from.find(key);
    return found != from.end() && found->is_string() ? escaped(found->get<std::string>()) : "-";
}

/// Local.
std::string shown_time(const json& from, const char* key) {
    return time_text(text_member(from, key), false);
}

json list(const json& from, const char* key) {
    const auto found = from.find(key);
    return found != from.end() && found->is_structured() ? *found : json::array();
}

bool holds(const json& from, const char* key) {
    const auto found = from.find(key);
    return found != from.end() && found->is_boolean() && found->get<bool>();
}

std::string duration_text(std::uint64_t seconds) {
    constexpr std::uint64_t longest = 1'000'000'000'000; // beyond it none is meant, and milliseconds would overflow
    return to_short_text(std::chrono::seconds{std::min(seconds, longest)});
}

std::string size_text(std::uint64_t bytes) {
    static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    constexpr double step = 1024;
    double shown = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (shown >= step && unit + 1 < std::size(units)) {
        shown /= step;
        ++unit;
    }
    return fmt::format("{:.{}f} {}", shown, unit == 0 || shown >= 100 ? 0 : 1, units[unit]);
}

std::size_t name_width(const json& all) {
    std::size_t width = narrowest_name;
    for (const auto& each : all) {
        width = std::max(width, text(each, "name").size());
    }
    return width;
}

using output = std::back_insert_iterator<std::string>;

void add_head(output to, const json& status) {
    fmt::format_to(to, "colivara-hookd {}: {}, up {}, pid {}\n", text(status, "version"),
                   holds(status, "ready") ? "ready" : "NOT READY", duration_text(number(status, "uptime_seconds")),
                   number(status, "pid"));
    for (const auto* const lines : {"reasons", "limits"}) {
        for (const auto& line : list(status, lines)) {
            fmt::format_to(to, "  {}\n", line.is_string() ? escaped(line.get<std::string>()) : json_line(line));
        }
    }
}

void add_endpoints(output to, const json& all) {
    const auto width = name_width(all);
    fmt::format_to(to, "\n{:<{}}  {:>10}  {:>10}  last authentic message\n", "endpoint", width, "accepted",
                   "duplicate");
    for (const auto& each : all) {
        fmt::format_to(to, "{:<{}}  {:>10}  {:>10}  {}\n", text(each, "name"), width, number(each, "accepted"),
                       number(each, "duplicate"), shown_time(each, "last_authentic"));
    }
}

void add_sinks(output to, const json& all) {
    const auto width = name_width(all);
    fmt::format_to(to, "{:<{}}  {:<6}  {:>10}  {:>7}  {:>7}  {:>7}  behind\n", "sink", width, "type", "delivered",
                   "waiting", "dead", "lag");
    for (const auto& each : all) {
        const auto behind = number(each, "lag_seconds");
        fmt::format_to(to, "{:<{}}  {:<6}  {:>10}  {:>7}  {:>7}  {:>7}  {}{}{}\n", text(each, "name"), width,
                       text(each, "type"), number(each, "delivered"), number(each, "waiting"),
                       number(each, "dead_letters"), number(each, "lag_events"),
                       number(each, "lag_events") == 0 ? "-" : duration_text(behind),
                       holds(each, "available") ? "" : "  unavailable", holds(each, "paused") ? "  paused" : "");
    }
}

/// What else there is to say about a sink: why its events wait, its last error, and what it is doing.
void add_details(output to, const json& all) {
    for (const auto& each : all) {
        if (const auto details = sink_details_text(each, false); !details.empty()) {
            for (const auto& line : escaped_lines("  " + text_member(each, "name") + ": " + details, widest)) {
                fmt::format_to(to, "{}\n", line);
            }
        }
    }
}

void add_orphans(output to, const json& all) {
    for (const auto& each : all) {
        fmt::format_to(to, "{}  not configured, {} waiting, {} dead: see 'sinks rename' and 'sinks forget'\n",
                       text(each, "name"), number(each, "waiting"), number(each, "dead_letters"));
    }
}

void add_listeners(output to, const json& all) {
    fmt::format_to(to, "\n");
    for (const auto& each : all) {
        fmt::format_to(to, "listener  {}  {}{}\n", text(each, "address"), holds(each, "tls") ? "HTTPS" : "HTTP",
                       each.contains("certificate_expires")
                           ? ", certificate until " + shown_time(each, "certificate_expires")
                           : "");
    }
}

void add_counts(output to, std::string_view title, const json& counts) {
    if (counts.empty()) {
        return;
    }
    fmt::format_to(to, "{:<10}", title);
    for (auto each = counts.begin(); each != counts.end(); ++each) {
        fmt::format_to(to, "{}{}: {}", each == counts.begin() ? "" : ", ", escaped(each.key()),
                       json_line(each.value()));
    }
    fmt::format_to(to, "\n");
}

} // namespace

std::string behind_text(const json& sink) {
    const auto events = number(sink, "lag_events");
    return events == 0 ? "nothing" : count_text(events, "event") + ", " + duration_text(number(sink, "lag_seconds"));
}

std::string sinks_text(const nlohmann::ordered_json& response) {
    std::string shown;
    add_sinks(std::back_inserter(shown), list(response, "sinks"));
    add_details(std::back_inserter(shown), list(response, "sinks"));
    add_orphans(std::back_inserter(shown), list(response, "orphans"));
    shown += counts_note;
    return shown;
}

std::string status_text(const json& status) {
    std::string shown;
    const auto to = std::back_inserter(shown);
    add_head(to, status);
    add_endpoints(to, list(status, "endpoints"));
    shown += '\n';
    add_sinks(to, list(status, "sinks"));
    add_details(to, list(status, "sinks"));
    add_orphans(to, list(status, "orphans"));
    add_listeners(to, list(status, "listeners"));
    const auto journal = list(status, "journal");
    fmt::format_to(to, "journal   {} of {}, last event {}\n", size_text(number(journal, "size_bytes")),
                   size_text(number(journal, "max_size_bytes")), number(journal, "last_sequence"));
    fmt::format_to(to, "{}", counts_note);
    add_counts(to, "responses", list(status, "requests"));
    add_counts(to, "rejected", list(status, "refusals"));
    const auto reload = list(status, "last_reload");
    fmt::format_to(to, "reload    {} at {}\n", holds(reload, "applied") ? "applied" : "FAILED",
                   shown_time(reload, "at"));
    return shown;
}

} // namespace hookd::cli
