// SPDX-License-Identifier: MIT
#include "cli/sinks/sink_report.hpp"

#include "cli/events/event_report.hpp"
#include "cli/json_member.hpp"
#include "cli/status/status_report.hpp"
#include "cli/terminal_text.hpp"
#include "cli/time_argument.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iterator>
#include <string_view>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t label_columns = 12;

class lines {
public:
    explicit lines(std::size_t columns) : columns_{columns > label_columns ? columns - label_columns : columns} {}

    void add(std::string_view label, const std::string& value) {
        for (const auto& line : escaped_lines(value, columns_)) {
            fmt::format_to(std::back_inserter(text_), "{:<{}}{}\n", label, label_columns, line);
            label = {};
        }
    }
    const std::string& text() const { return text_; }

private:
    std::size_t columns_;
    std::string text_;
};

std::string last_error_text(const json& sink, bool utc) {
    const auto error = sink.find("last_error");
    return error != sink.end() && error->is_object()
               ? time_text(text_member(*error, "at"), utc) + ": " + text_member(*error, "detail")
               : std::string{};
}

std::string activity_text(const json& sink) {
    return fmt::format("{} in flight, {} in the last minute", number_member(sink, "in_flight"),
                       count_text(number_member(sink, "attempts_per_minute"), "attempt"));
}

} // namespace

std::string held_up_text(const json& sink, bool utc) {
    if (!sink.is_object()) {
        return {};
    }
    std::string text = flag_member(sink, "paused", false) ? "paused" : "";
    if (!flag_member(sink, "available", true)) {
        text += text.empty() ? "unavailable" : ", unavailable";
        if (const auto since = text_member(sink, "unavailable_since"); !since.empty()) {
            text += " since " + time_text(since, utc);
        }
        if (const auto next = text_member(sink, "next_try"); !next.empty()) {
            text += ", next try " + time_text(next, utc);
        }
        if (const auto reason = text_member(sink, "unavailable_reason"); !reason.empty()) {
            text += ": " + reason;
        }
    }
    return text;
}

std::string sink_details_text(const json& sink, bool utc) {
    if (!sink.is_object()) {
        return {};
    }
    auto text = held_up_text(sink, utc);
    const auto error = text.empty() ? last_error_text(sink, utc) : std::string{};
    text += error.empty() ? "" : "last error " + error;
    if (number_member(sink, "in_flight") + number_member(sink, "attempts_per_minute") > 0) {
        text = activity_text(sink) + (text.empty() ? "" : "; ") + text;
    }
    return text;
}

std::string sink_story_text(const json& sink, bool utc, std::size_t columns) {
    lines shown{columns};
    shown.add("sink", text_member(sink, "name") + ", " + text_member(sink, "type"));
    const auto held_up = held_up_text(sink, utc);
    shown.add("state", held_up.empty() ? "available" : held_up);
    const auto error = last_error_text(sink, utc);
    shown.add("last error", error.empty() ? "none since start" : error);
    if (const auto next = text_member(sink, "next_try"); !next.empty()) {
        shown.add("next try", time_text(next, utc));
    }
    shown.add("deliveries", activity_text(sink));
    shown.add("behind", behind_text(sink));
    shown.add("failed", fmt::format("{} waiting for the next attempt, {}", number_member(sink, "waiting"),
                                    count_text(number_member(sink, "dead_letters"), "dead letter")));
    shown.add("since start", fmt::format("{} delivered, {} retried, {} rejected", number_member(sink, "delivered"),
                                         number_member(sink, "retried"), number_member(sink, "rejected")));
    return shown.text();
}

} // namespace hookd::cli
