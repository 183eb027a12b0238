// SPDX-License-Identifier: MIT
#include "cli/events/event_report.hpp"

#include "cli/json_member.hpp"
#include "cli/terminal_text.hpp"
#include "cli/time_argument.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t sequence_columns = 8;
constexpr std::size_t type_columns = 14;
constexpr std::size_t state_columns = 11;
constexpr std::size_t story_label = 12;
constexpr std::size_t least_document = 10;

/// An event that is not from ColiVara may have no such name.
std::string shown_name(const json& from, const char* key, std::size_t columns) {
    const auto name = text_member(from, key);
    return name.empty() ? "-" : escaped(name, columns);
}

/// What most needs attention comes first.
constexpr std::array<std::pair<const char*, color>, 9> states{{{"dead", color::red},
                                                               {"orphaned", color::red},
                                                               {"retrying", color::yellow},
                                                               {"in_flight", color::plain},
                                                               {"waiting", color::plain},
                                                               {"delivered", color::green},
                                                               {"dropped", color::faint},
                                                               {"filtered", color::faint},
                                                               {"before_sink", color::faint}}};

/// The state in the sink, or in all sinks of the event, as one word.
std::pair<const char*, color> overall(const json& event, const std::string& sink) {
    const auto sinks = event.find("sinks");
    for (const auto& state : states) {
        if (sinks != event.end() && std::ranges::any_of(*sinks, [&](const json& each) {
                return each.is_object() && text_member(each, "state") == state.first &&
                       (sink.empty() || text_member(each, "sink") == sink);
            })) {
            return state;
        }
    }
    return {"-", color::plain};
}

std::size_t document_columns(const report_style& style) {
    if (style.whole) {
        return std::string::npos;
    }
    constexpr std::size_t gaps = 8;
    constexpr std::size_t others = sequence_columns + moment_columns + type_columns + state_columns + gaps;
    return style.columns > others + least_document ? style.columns - others : least_document;
}

void add_line(std::string& to, std::string_view label, std::string_view value) {
    fmt::format_to(std::back_inserter(to), "{:<{}}{}\n", label, story_label, value);
}

/// `attempt 1  2026-11-23T08:00:00Z  20 ms  rejected (65)`.
std::string attempt_text(const json& made, const report_style& style) {
    const auto code = made.find("code");
    return fmt::format("attempt {}  {}  {} ms  {}{}", number_member(made, "number"),
                       time_text(text_member(made, "start"), style.utc), number_member(made, "milliseconds"),
                       text_member(made, "outcome"),
                       code != made.end() && code->is_number_integer() ? fmt::format(" ({})", code->get<int>()) : "");
}

std::string sink_text(const json& sink, const held_up_sinks& held_up, const report_style& style) {
    const auto state = text_member(sink, "state");
    const auto* const known = std::ranges::find(states, state, [](const auto& each) { return each.first; });
    std::string line = "  " + escaped(text_member(sink, "sink")) + ": " +
                       colored(escaped(state), known == states.end() ? color::plain : known->second, style.colour);
    if (const auto at = text_member(sink, "at"); !at.empty()) {
        line += " " + time_text(at, style.utc);
    }
    if (const auto attempts = number_member(sink, "attempts"); attempts > 0) {
        line +=
            state == "delivered" ? fmt::format(", attempt {}", attempts) : " after " + count_text(attempts, "attempt");
    }
    if (const auto next = text_member(sink, "next_try"); !next.empty()) {
        line += ", next attempt " + time_text(next, style.utc);
    }
    line += '\n';
    const auto add = [&](std::string_view indent, const std::string& text) {
        for (const auto& said : escaped_lines(text, style.columns - indent.size())) {
            line.append(indent).append(said) += '\n';
        }
    };
    constexpr std::string_view indent = "    ";
    constexpr std::string_view further = "      ";
    if (const auto why = held_up.find(text_member(sink, "sink"));
        why != held_up.end() && (state == "waiting" || state == "retrying")) {
        add(indent, "the sink is " + why->second);
    }
    const auto log = sink.find("attempt_log");
    if (log == sink.end() || !log->is_array()) {
        add(indent, text_member(sink, "detail"));
        return line;
    }
    for (const auto& each : *log) {
        add(indent, attempt_text(each, style));
        add(further, text_member(each, "detail"));
    }
    return line;
}

} // namespace

std::string count_text(std::uint64_t count, const char* what) {
    const std::string_view name{what};
    const bool many = count != 1;
    if (many && name.ends_with("y")) {
        return fmt::format("{} {}ies", count, name.substr(0, name.size() - 1));
    }
    return fmt::format("{} {}{}", count, name, many ? "s" : "");
}

std::string event_list_head(const report_style& style) {
    const auto line = fmt::format("{:>{}}  {:<{}}  {:<{}}  {:<{}}  document", "sequence", sequence_columns, "accepted",
                                  moment_columns, "type", type_columns, "state", state_columns);
    return colored(line, color::faint, style.colour) + '\n';
}

std::string delivery_line(const json& delivery, const report_style& style) {
    return fmt::format("{:>{}}{}", number_member(delivery, "sequence"), sequence_columns,
                       sink_text(delivery, {}, style));
}

std::string event_list_line(const json& event, const report_style& style) {
    const auto [state, with] = overall(event, style.sink);
    return fmt::format(
        "{:>{}}  {}  {}  {}  {}\n", number_member(event, "sequence"), sequence_columns,
        padded(time_text(text_member(event, "accepted"), style.utc), moment_columns),
        padded(escaped(text_member(event, "type"), style.whole ? std::string::npos : type_columns), type_columns),
        colored(padded(state, state_columns), with, style.colour),
        shown_name(event, "document", document_columns(style)));
}

std::string event_story_text(const json& event, const held_up_sinks& held_up, const report_style& style) {
    std::string shown;
    const auto room = style.columns > story_label ? style.columns - story_label : style.columns;
    add_line(shown, "event",
             fmt::format("{}, {}", number_member(event, "sequence"), escaped(text_member(event, "id"))));
    add_line(shown, "type", escaped(text_member(event, "type"), room));
    add_line(shown, "document", shown_name(event, "document", room));
    add_line(shown, "collection", shown_name(event, "collection", room));
    add_line(shown, "accepted", time_text(text_member(event, "accepted"), style.utc));
    add_line(shown, "from",
             escaped(text_member(event, "peer")) + ", at endpoint " + escaped(text_member(event, "endpoint")));
    add_line(shown, "body",
             count_text(number_member(event, "bytes"), "byte") +
                 (flag_member(event, "json", true) ? "" : ", not JSON"));
    shown += "sinks\n";
    if (const auto sinks = event.find("sinks"); sinks != event.end() && sinks->is_array()) {
        for (const auto& each : *sinks) {
            shown += sink_text(each, held_up, style);
        }
    }
    return shown;
}

} // namespace hookd::cli
