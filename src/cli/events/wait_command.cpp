// SPDX-License-Identifier: MIT
#include "cli/events/wait_command.hpp"

#include "cli/events/event_pages.hpp"
#include "cli/events/event_report.hpp"
#include "cli/events/event_selection.hpp"
#include "cli/json_member.hpp"
#include "cli/options.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <ostream>
#include <thread>
#include <utility>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;
using clock = std::chrono::steady_clock;

constexpr std::uint64_t most_at_once = 100;
constexpr std::chrono::milliseconds between_looks{250};

/// Success or failure; empty for other types of events.
std::optional<int> verdict_of(const json& event) {
    const auto type = text_member(event, "type");
    if (type.ends_with(".success")) {
        return exit_done;
    }
    return type.ends_with(".fail") ? std::optional<int>{exit_no} : std::nullopt;
}

/// Searches the journal in one direction, page by page, for the first event that has a verdict.
command_result<std::optional<json>> find(event_source& from, const std::string& query, bool newest_first,
                                         std::uint64_t& position, std::optional<clock::time_point> deadline) {
    for (bool more = true; more;) {
        auto part = ask_events(from, query, newest_first, position, most_at_once);
        if (!part) {
            return std::unexpected{part.error()};
        }
        for (auto& each : part->events) {
            if (verdict_of(each)) {
                return std::optional{std::move(each)};
            }
        }
        position = part->position;
        more = part->more && !(deadline && clock::now() >= *deadline);
    }
    return std::optional<json>{};
}

/// Empty: not in time.
command_result<std::optional<json>> wait_for(event_source& from, const std::string& query, bool next,
                                             std::optional<clock::time_point> deadline) {
    auto floor = ask_last_sequence(from);
    if (!floor) {
        return std::unexpected{floor.error()};
    }
    if (!next) {
        std::uint64_t position = 0;
        const auto until = query + '&' + parameter("up_to", std::to_string(*floor));
        auto latest = find(from, until, true, position, deadline);
        if (!latest || *latest) {
            return latest;
        }
    }
    for (;;) {
        auto found = find(from, query, false, *floor, deadline);
        if (!found || *found) {
            return found;
        }
        const auto now = clock::now();
        if (deadline && now >= *deadline) {
            return std::optional<json>{};
        }
        std::this_thread::sleep_until(deadline ? std::min(*deadline, now + between_looks) : now + between_looks);
    }
}

} // namespace

int run_wait(const wait_arguments& given, std::ostream& out, std::ostream& err) {
    std::optional<clock::time_point> deadline;
    if (given.timeout) {
        const auto patience = parse_duration(*given.timeout);
        if (!patience) {
            return end({exit_usage, "--timeout: expected a duration such as 30s, 5m or 1h"}, err);
        }
        constexpr std::chrono::milliseconds longest = std::chrono::years{10};
        deadline = clock::now() + std::min(*patience, longest);
    }
    event_selection which;
    which.document = given.document;
    which.collection = given.collection;
    which.since = given.since;
    const auto query = query_of(which, system_now());
    if (!query) {
        return end({exit_usage, query.error().message}, err);
    }
    auto where = given.where;
    where.offline = false;
    auto from = open_event_source(where);
    if (!from) {
        return end(from.error(), err);
    }
    const auto found = wait_for(**from, *query, given.next, deadline);
    if (!found) {
        return end(found.error(), err);
    }
    const auto& came = *found;
    if (!came) {
        return end({exit_timed_out, "no event for " + given.document + " within " + given.timeout.value_or("")}, err);
    }
    const auto& event = *came;
    if (given.json) {
        out << json_line(event) << '\n';
    } else {
        out << event_list_line(
            event,
            {.utc = false, .colour = output_has_colour(), .columns = output_columns(), .whole = !output_is_terminal()});
    }
    return verdict_of(event).value_or(exit_no);
}

void add_wait(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand(
        "wait", "Wait for a document's latest or next event: exit 0 on success, 1 on failure, 124 on timeout");
    auto given = std::make_shared<wait_arguments>();
    command->add_option("--document", given->document, "Name of the document")->required();
    command->add_option("--collection", given->collection, "Collection of the document, if the name is ambiguous");
    command->add_option("--timeout", given->timeout, "Give up after this time, such as 30s or 5m (default: never)");
    command->add_option("--since", given->since, "Ignore events before this time: 2h (ago), or a time");
    command->add_flag("--next", given->next, "Ignore events that were received before now");
    command->add_flag("--json", given->json, "Print the event as one JSON line");
    add_socket(*command, given->where.socket);
    command->footer("Example:\n  colivara-hookd wait --document report.pdf --since 1m --timeout 5m && echo indexed");
    command->callback([&choice, given] {
        given->where.config_path = choice.config;
        choice.run = [given] { return run_wait(*given, std::cout, std::cerr); };
    });
}

} // namespace hookd::cli
