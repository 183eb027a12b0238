// SPDX-License-Identifier: MIT
#include "app/events_line.hpp"

#include "app/events_command.hpp"
#include "app/repair_command.hpp"
#include "app/sinks_command.hpp"
#include "app/wait_command.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <unistd.h>

namespace hookd::app {

namespace {

using action = std::function<int()>;

constexpr std::uint64_t most_listed = 1'000'000'000;

void add_where(CLI::App& command, event_source_arguments& where) {
    command.add_option("--socket", where.socket, socket_help);
}

void add_filters(CLI::App& command, event_selection& which, bool state) {
    command.add_option("--type", which.type, "Of this type; a pattern: 'upsert.*'");
    command.add_option("--endpoint", which.endpoint, "That came to this endpoint; a pattern");
    command.add_option("--collection", which.collection, "Of this collection");
    command.add_option("--document", which.document, "Of the document of this name");
    command.add_option("--sink", which.sink, "For this sink");
    if (state) {
        command.add_option("--state", which.state, "That stand so with the sink, or with any")
            ->check(CLI::IsMember({"pending", "waiting", "dead", "delivered"}));
    }
    command.add_option("--since", which.since, "From then on: 2h (ago), 2026-11-23, '2026-11-23 08:00', or RFC 3339");
    command.add_option("--until", which.until, "Before then; written likewise");
}

void add_output(CLI::App& command, events_arguments& given) {
    command.add_flag("--json", given.json, "One JSON object a line for an event");
    command.add_flag("--utc", given.utc, "Times in UTC, as RFC 3339 has them, instead of local ones");
}

void add_list(CLI::App& events, const std::string& config, action& chosen) {
    auto* const command = events.add_subcommand("list", "Events in the journal, the newest first");
    auto given = std::make_shared<events_arguments>();
    add_filters(*command, given->which, true);
    command->add_option("--limit", given->limit, "At most so many")
        ->capture_default_str()
        ->check(CLI::Range(std::uint64_t{1}, most_listed));
    command->add_flag("--oldest", given->oldest_first, "The oldest first");
    add_output(*command, *given);
    add_where(*command, given->where);
    command->footer("Examples:\n  colivara-hookd events list --state dead --sink tell-the-team\n"
                    "  colivara-hookd events list --type 'upsert.fail' --since 2h --json");
    command->callback([&config, &chosen, given] {
        given->where.config_path = config;
        chosen = [given] { return run_events_list(*given, std::cout, std::cerr); };
    });
}

void add_show(CLI::App& events, const std::string& config, action& chosen) {
    auto* const command = events.add_subcommand("show", "The whole story of an event: exit 1 if it is not there");
    auto given = std::make_shared<events_arguments>();
    command->add_option("id", given->ids, "Its message id, or its sequence number")->required();
    command->add_flag("--body", given->body, "With its body, as it came");
    add_output(*command, *given);
    add_where(*command, given->where);
    command->footer("Example:\n  colivara-hookd events show 4711 --body");
    command->callback([&config, &chosen, given] {
        given->where.config_path = config;
        chosen = [given] { return run_events_show(*given, std::cout, std::cerr); };
    });
}

void add_tail(CLI::App& events, const std::string& config, action& chosen) {
    auto* const command = events.add_subcommand("tail", "The newest events, and those that come, as they come");
    auto given = std::make_shared<events_arguments>();
    constexpr std::uint64_t lines = 10;
    constexpr std::uint64_t most_lines = 1'000;
    given->limit = lines;
    add_filters(*command, given->which, true);
    command->add_option("--lines", given->limit, "So many of the newest first")
        ->capture_default_str()
        ->check(CLI::Range(std::uint64_t{0}, most_lines));
    add_output(*command, *given);
    add_where(*command, given->where);
    command->footer("Example:\n  colivara-hookd events tail --type '*.fail'");
    command->callback([&config, &chosen, given] {
        given->where.config_path = config;
        chosen = [given] { return run_events_tail(*given, std::cout, std::cerr); };
    });
}

void add_repair(CLI::App& events, bool drop, const std::string& config, action& chosen) {
    auto* const command =
        drop ? events.add_subcommand("drop", "Forget dead letters; the events stay until retention deletes them")
             : events.add_subcommand("replay", "Give events to their sinks again, at once and with all attempts");
    auto given = std::make_shared<repair_arguments>();
    given->drop = drop;
    command->add_option("id", given->ids, "Message ids, or sequence numbers");
    command->add_flag_callback(
        "--dead", [given] { given->which.state = "dead"; }, drop ? "All dead letters" : "Dead letters");
    add_filters(*command, given->which, !drop);
    command->add_flag("--dry-run", given->dry_run, "Count only");
    command->add_flag("--yes", given->yes, "Do not ask");
    add_where(*command, given->where);
    command->footer(drop ? "Example:\n  colivara-hookd events drop --dead --sink tell-the-team"
                         : "Examples:\n  colivara-hookd events replay 4711 --sink app\n"
                           "  colivara-hookd events replay --dead\n"
                           "  colivara-hookd events replay --since '2026-11-23 08:00' --until '2026-11-23 09:00'");
    command->callback([&config, &chosen, given] {
        given->where.config_path = config;
        given->ask = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
        chosen = [given] { return run_repair(*given, std::cin, std::cout, std::cerr); };
    });
}

void add_wait(CLI::App& line, const std::string& config, action& chosen) {
    auto* const command = line.add_subcommand(
        "wait", "Wait for a document's latest or next event: exit 0 success, 1 failure, 124 timed out");
    auto given = std::make_shared<wait_arguments>();
    command->add_option("--document", given->document, "Its name")->required();
    command->add_option("--collection", given->collection, "Its collection, where several have the name");
    command->add_option("--timeout", given->timeout, "At most so long: 30s, 5m; default: for ever");
    command->add_option("--since", given->since, "Only events from then on count: 2h (ago), or a time");
    command->add_flag("--next", given->next, "Only events that come from now on count");
    command->add_flag("--json", given->json, "The event as a JSON object on one line");
    add_where(*command, given->where);
    command->footer("Example:\n  colivara-hookd wait --document report.pdf --since 1m --timeout 5m && echo indexed");
    command->callback([&config, &chosen, given] {
        given->where.config_path = config;
        chosen = [given] { return run_wait(*given, std::cout, std::cerr); };
    });
}

void add_sinks(CLI::App& line, const std::string& config, action& chosen) {
    auto* const command = line.add_subcommand("sinks", "What waits where, and since when");
    auto given = std::make_shared<sinks_arguments>();
    command->add_flag("--json", given->json, "One JSON object a line for a sink");
    command->add_option("--socket", given->socket, socket_help);
    command->require_subcommand(0, 1);
    command->footer("Example:\n  colivara-hookd sinks pause tell-the-team");
    const auto choose = [&config, &chosen, given](std::function<int()> what) {
        given->config_path = config;
        chosen = std::move(what);
    };
    for (const bool pause : {true, false}) {
        auto* const one = command->add_subcommand(
            pause ? "pause" : "resume", pause ? "Begin nothing new for the sink; its events wait, also over a restart"
                                              : "Go on where the sink was paused");
        one->add_option("name", given->name, "The sink's name")->required();
        one->callback([choose, given, pause] {
            choose([given, pause] { return run_sinks_pause(*given, pause, std::cout, std::cerr); });
        });
    }
    command->callback([choose, command, given] {
        if (command->get_subcommands().empty()) {
            choose([given] { return run_sinks(*given, std::cout, std::cerr); });
        }
    });
}

} // namespace

void add_event_commands(CLI::App& line, const std::string& config, std::function<int()>& chosen) {
    auto* const events = line.add_subcommand("events", "Look into the journal, and repair what failed");
    events->require_subcommand(1);
    events->fallthrough();
    add_list(*events, config, chosen);
    add_show(*events, config, chosen);
    add_tail(*events, config, chosen);
    add_repair(*events, false, config, chosen);
    add_repair(*events, true, config, chosen);
    add_wait(line, config, chosen);
    add_sinks(line, config, chosen);
}

} // namespace hookd::app
