// SPDX-License-Identifier: MIT
#include "cli/events/events_options.hpp"

#include "cli/events/delete_command.hpp"
#include "cli/events/events_command.hpp"
#include "cli/events/repair_command.hpp"
#include "cli/options.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <unistd.h>

namespace hookd::cli {

namespace {

constexpr std::uint64_t most_listed = 1'000'000'000;

void add_filters(CLI::App& command, event_selection& which, bool state) {
    command.add_option("--type", which.type, "With this type; a pattern such as 'upsert.*'");
    command.add_option("--endpoint", which.endpoint, "Received by this endpoint; a pattern");
    command.add_option("--collection", which.collection, "In this collection");
    command.add_option("--document", which.document, "About the document with this name");
    command.add_option("--search", which.text, "With this text in its id, document, collection or a delivery's error");
    command.add_option("--sink", which.sink, "For this sink");
    if (state) {
        const auto check = one_of({"waiting", "in_flight", "retrying", "delivered", "dead", "dropped", "filtered",
                                   "before_sink", "orphaned"});
        command
            .add_option("--state", which.state,
                        "In this delivery state for --sink (default: any sink); others: in_flight, dropped, filtered, "
                        "before_sink")
            ->check(check.description("waiting|retrying|delivered|dead|orphaned|OTHER"));
    }
    command.add_option("--since", which.since,
                       "Accepted at or after this time: 2h (ago), 2026-11-23, '2026-11-23 08:00' or RFC 3339");
    command.add_option("--until", which.until, "Accepted before this time, in the same formats");
}

void add_output(CLI::App& command, events_arguments& given) {
    command.add_flag("--json", given.json, "Print one JSON line per event");
    command.add_flag("--utc", given.utc, "Print times in UTC (RFC 3339) instead of local time");
}

void add_list(CLI::App& events, command_choice& choice) {
    auto* const command = events.add_subcommand("list", "List the events in the journal, newest first");
    auto given = std::make_shared<events_arguments>();
    add_filters(*command, given->which, true);
    command->add_option("--limit", given->limit, "List at most N events")
        ->capture_default_str()
        ->check(number_between(1, most_listed));
    auto* const oldest = command->add_flag("--oldest", given->oldest_first, "List the oldest events first");
    command->add_flag("--count", given->count, "Only print how many events there are")->excludes(oldest);
    add_output(*command, *given);
    add_socket(*command, given->where.socket);
    command->footer("Examples:\n  colivara-hookd events list --state dead --sink tell-the-team\n"
                    "  colivara-hookd events list --type 'upsert.fail' --since 2h --json");
    command->callback([&choice, given] {
        given->where.config_path = choice.config;
        choice.run = [given] { return run_events_list(*given, std::cout, std::cerr); };
    });
}

void add_show(CLI::App& events, command_choice& choice) {
    auto* const command =
        events.add_subcommand("show", "Show an event and its deliveries: exit 1 if it does not exist");
    auto given = std::make_shared<events_arguments>();
    command->add_option("id", given->ids, "Message id or sequence number")->required();
    command->add_flag("--body", given->body, "Also print its body as it was received");
    add_output(*command, *given);
    add_socket(*command, given->where.socket);
    command->footer("Example:\n  colivara-hookd events show 4711 --body");
    command->callback([&choice, given] {
        given->where.config_path = choice.config;
        choice.run = [given] { return run_events_show(*given, std::cout, std::cerr); };
    });
}

void add_tail(CLI::App& events, command_choice& choice) {
    auto* const command = events.add_subcommand("tail", "Print the newest events, then new ones as they arrive");
    auto given = std::make_shared<events_arguments>();
    constexpr std::uint64_t lines = 10;
    constexpr std::uint64_t most_lines = 1'000;
    given->limit = lines;
    add_filters(*command, given->which, false);
    command->add_option("--lines", given->limit, "Start with the last N events")
        ->capture_default_str()
        ->check(number_between(0, most_lines));
    add_output(*command, *given);
    add_socket(*command, given->where.socket);
    command->footer("Example:\n  colivara-hookd events tail --type '*.fail'");
    command->callback([&choice, given] {
        given->where.config_path = choice.config;
        choice.run = [given] { return run_events_tail(*given, std::cout, std::cerr); };
    });
}

bool can_ask() {
    return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

void add_repair(CLI::App& events, bool drop, command_choice& choice) {
    auto* const command =
        drop
            ? events.add_subcommand("drop", "Drop dead letters; the events are kept until retention deletes them")
            : events.add_subcommand("replay", "Deliver events to their sinks again, immediately and with all attempts");
    auto given = std::make_shared<repair_arguments>();
    given->drop = drop;
    command->add_option("id", given->ids, "Message ids or sequence numbers");
    auto* const dead = command->add_flag_callback(
        "--dead", [given] { given->which.state = "dead"; }, drop ? "All dead letters" : "Dead letters");
    add_filters(*command, given->which, !drop);
    if (!drop) {
        dead->excludes(command->get_option("--state"));
        command
            ->add_flag("--all-sinks", given->all_sinks,
                       "To every sink that wants such events now, also if it has them (default: where they failed)")
            ->excludes(command->get_option("--sink"));
    }
    command->add_flag("--dry-run", given->dry_run, "Only print what would be done");
    command->add_flag("--yes", given->yes, "Do not ask for confirmation");
    add_socket(*command, given->where.socket);
    command->footer(drop ? "Example:\n  colivara-hookd events drop --dead --sink tell-the-team"
                         : "Examples:\n  colivara-hookd events replay 4711 --sink app\n"
                           "  colivara-hookd events replay --dead\n"
                           "  colivara-hookd events replay --since '2026-11-23 08:00' --until '2026-11-23 09:00'");
    command->callback([&choice, given] {
        given->where.config_path = choice.config;
        given->ask = can_ask();
        choice.run = [given] { return run_repair(*given, std::cin, std::cout, std::cerr); };
    });
}

void add_delete(CLI::App& events, command_choice& choice) {
    auto* const command = events.add_subcommand(
        "delete", "Delete an event, or all of a document, permanently: a copy of a deleted message is a new event");
    auto given = std::make_shared<delete_arguments>();
    command->add_option("id", given->id, "Message id or sequence number");
    command->add_option("--document", given->document, "All events about the document with this name");
    command->add_option("--collection", given->collection, "Only in this collection (with --document)");
    command->add_flag("--dry-run", given->dry_run, "Only print what would be done");
    command->add_flag("--yes", given->yes, "Do not ask for confirmation");
    add_socket(*command, given->where.socket);
    command->footer("Examples:\n  colivara-hookd events delete 4711\n"
                    "  colivara-hookd events delete --document 'Jane Doe.pdf' --dry-run");
    command->callback([&choice, given] {
        given->where.config_path = choice.config;
        given->ask = can_ask();
        choice.run = [given] { return run_delete(*given, std::cin, std::cout, std::cerr); };
    });
}

} // namespace

void add_events(CLI::App& line, command_choice& choice) {
    auto* const events = line.add_subcommand("events", "List, show, replay, drop and delete events in the journal");
    events->require_subcommand(1);
    events->fallthrough();
    add_list(*events, choice);
    add_show(*events, choice);
    add_tail(*events, choice);
    add_repair(*events, false, choice);
    add_repair(*events, true, choice);
    add_delete(*events, choice);
}

} // namespace hookd::cli
