// SPDX-License-Identifier: MIT
#include "cli/sinks/sinks_command.hpp"

#include "cli/events/event_pages.hpp"
#include "cli/events/event_report.hpp"
#include "cli/events/event_source.hpp"
#include "cli/json_member.hpp"
#include "cli/options.hpp"
#include "cli/sinks/sink_report.hpp"
#include "cli/sinks/test_command.hpp"
#include "cli/status/status_report.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <ostream>
#include <utility>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;

command_result<std::string> ask(const sinks_arguments& given, std::string_view method, const std::string& target) {
    auto daemon = open_event_source({.config_path = given.config_path, .socket = given.socket, .offline = false});
    if (!daemon) {
        return std::unexpected{daemon.error()};
    }
    return (*daemon)->ask(method, target);
}

constexpr std::string_view nothing_left = "nothing left";

/// `1 dead letter and 3 waiting events`.
std::string left_text(const json& what) {
    const auto dead = number_member(what, "dead_letters");
    const auto waiting = number_member(what, "waiting");
    return dead + waiting == 0 ? std::string{nothing_left}
                               : count_text(dead, "dead letter") + " and " + count_text(waiting, "waiting event");
}

/// `all`: what the family's options say.
void add_test(CLI::App& family, command_choice& choice, const std::shared_ptr<sinks_arguments>& all) {
    auto* const command = family.add_subcommand(
        "test", "Show whether and how an event would go to a sink of the configuration: exit 0 if its filters match");
    auto given = std::make_shared<sink_test_arguments>();
    command->add_option("name", given->name, "The sink's name")->required();
    command->add_option("--event", given->event, "File with the event's body (-: standard input)")
        ->type_name(file_name)
        ->required();
    command->add_option("--type", given->type, "The event's type, instead of the body's");
    command->add_option("--endpoint", given->endpoint, "The endpoint that received it (default: the first)");
    command->add_flag("--deliver", given->deliver,
                      "Deliver it once, now, without the journal: exit 0 if that succeeds");
    command->footer("Example:\n  colivara-hookd sinks test tell-the-team --event failed.json --deliver");
    command->callback([&choice, given, all] {
        given->config_path = choice.config;
        given->json = all->json;
        choice.run = [given] { return run_sink_test(*given, std::cout, std::cerr); };
    });
}

} // namespace

int run_sinks(const sinks_arguments& given, std::ostream& out, std::ostream& err) {
    const auto body = ask(given, "GET", "/v1/sinks");
    if (!body) {
        return end(body.error(), err);
    }
    const auto told = parse_json(*body);
    if (!told.is_object() || !told.contains("sinks")) {
        return end({exit_unreachable,
                    "the daemon's response is not understood: use the same version of this command and the daemon"},
                   err);
    }
    if (!given.json) {
        out << sinks_text(told);
        return exit_done;
    }
    for (const auto* const list : {"sinks", "orphans"}) {
        for (auto each : told.value(list, json::array())) {
            if (each.is_object()) {
                each["configured"] = list == std::string_view{"sinks"};
            }
            out << json_line(each) << '\n';
        }
    }
    return exit_done;
}

int run_sinks_show(const sinks_arguments& given, std::ostream& out, std::ostream& err) {
    const auto body = ask(given, "GET", "/v1/sinks/" + percent_encoded(given.name));
    if (!body) {
        return end(body.error(), err);
    }
    const auto sink = parse_json(*body);
    if (!sink.is_object() || !sink.contains("name")) {
        return end(not_understood().error(), err);
    }
    out << (given.json ? json_line(sink) + '\n' : sink_story_text(sink, given.utc, output_columns()));
    return exit_done;
}

int run_sinks_pause(const sinks_arguments& given, bool pause, std::ostream& out, std::ostream& err) {
    const auto done = ask(given, "POST", "/v1/sinks/" + percent_encoded(given.name) + (pause ? "/pause" : "/resume"));
    if (!done) {
        return end(done.error(), err);
    }
    if (given.json) {
        out << json_line(parse_json(*done)) << '\n';
    } else {
        out << escaped(given.name) << (pause ? ": paused\n" : ": resumed\n");
    }
    return exit_done;
}

int run_sinks_forget(const sinks_arguments& given, std::ostream& out, std::ostream& err) {
    if (!given.yes) {
        const auto body = ask(given, "GET", "/v1/sinks");
        if (!body) {
            return end(body.error(), err);
        }
        const auto told = parse_json(*body);
        for (const auto& each : told.is_object() ? told.value("orphans", json::array()) : json::array()) {
            if (text_member(each, "name") == given.name && left_text(each) != nothing_left) {
                return end({exit_no, "sink '" + given.name + "' has " + left_text(each) +
                                         ": to delete them, add --yes; to deliver them, see 'sinks rename'"},
                           err);
            }
        }
    }
    const auto done = ask(given, "POST", "/v1/sinks/" + percent_encoded(given.name) + "/forget");
    if (!done) {
        return end(done.error(), err);
    }
    const auto told = parse_json(*done);
    if (given.json) {
        out << json_line(told) << '\n';
    } else {
        out << escaped(given.name) << ": forgotten, with " << left_text(told) << '\n';
    }
    return exit_done;
}

int run_sinks_rename(const sinks_arguments& given, std::ostream& out, std::ostream& err) {
    const auto target = "/v1/sinks/" + percent_encoded(given.name) + "/rename?to=" + percent_encoded(given.new_name);
    for (;;) {
        const auto done = ask(given, "POST", target);
        if (!done) {
            return end(done.error(), err);
        }
        const auto told = parse_json(*done);
        if (!told.is_object() || !told.contains("dead_letters")) {
            return end(not_understood().error(), err);
        }
        if (flag_member(told, "more", false)) {
            continue;
        }
        if (given.json) {
            out << json_line(told) << '\n';
        } else {
            out << escaped(given.name) << ": renamed to " << escaped(given.new_name) << ", with " << left_text(told)
                << '\n';
        }
        return exit_done;
    }
}

void add_sinks(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand("sinks", "List sinks and their backlog");
    auto given = std::make_shared<sinks_arguments>();
    command->add_flag("--json", given->json, "Print one JSON line per sink");
    add_socket(*command, given->socket);
    command->require_subcommand(0, 1);
    command->footer("Example:\n  colivara-hookd sinks pause tell-the-team");
    const auto choose = [&choice, given](std::function<int()> what) {
        given->config_path = choice.config;
        choice.run = std::move(what);
    };
    auto* const show = command->add_subcommand("show", "Show a sink: its state, last error, next try and backlog");
    show->add_option("name", given->name, "The sink's name")->required();
    show->add_flag("--utc", given->utc, "Times in UTC instead of local time");
    show->callback([choose, given] { choose([given] { return run_sinks_show(*given, std::cout, std::cerr); }); });
    for (const bool pause : {true, false}) {
        auto* const one = command->add_subcommand(pause ? "pause" : "resume",
                                                  pause ? "Pause the sink: its events wait, even across a restart"
                                                        : "Resume the sink where it was paused");
        one->add_option("name", given->name, "The sink's name")->required();
        one->callback([choose, given, pause] {
            choose([given, pause] { return run_sinks_pause(*given, pause, std::cout, std::cerr); });
        });
    }
    auto* const forget =
        command->add_subcommand("forget", "Remove a sink that is no longer configured from the journal");
    forget->add_option("name", given->name, "The sink's name")->required();
    forget->add_flag("--yes", given->yes, "Also if it has dead letters or waiting events");
    forget->callback([choose, given] { choose([given] { return run_sinks_forget(*given, std::cout, std::cerr); }); });
    auto* const rename = command->add_subcommand(
        "rename",
        "Give what a sink that is no longer configured has left to another name, or to the sink of that name");
    rename->add_option("old", given->name, "The sink's name")->required();
    rename->add_option("new", given->new_name, "Its new name")->required();
    rename->callback([choose, given] { choose([given] { return run_sinks_rename(*given, std::cout, std::cerr); }); });
    add_test(*command, choice, given);
    command->callback([choose, command, given] {
        if (command->get_subcommands().empty()) {
            choose([given] { return run_sinks(*given, std::cout, std::cerr); });
        }
    });
}

} // namespace hookd::cli
