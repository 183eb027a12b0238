// SPDX-License-Identifier: MIT
#include "cli/rejected/rejected_command.hpp"

#include "cli/escaping_stream.hpp"
#include "cli/events/event_pages.hpp"
#include "cli/events/event_source.hpp"
#include "cli/json_member.hpp"
#include "cli/options.hpp"
#include "cli/rejected/rejected_report.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/rfc3339.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <limits>
#include <memory>
#include <ostream>
#include <utility>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;

command_result<json> ask(const rejected_arguments& given, const std::string& target) {
    auto daemon = open_event_source({.config_path = given.config_path, .socket = given.socket, .offline = false});
    if (!daemon) {
        return std::unexpected{daemon.error()};
    }
    const auto body = (*daemon)->ask("GET", target);
    if (!body) {
        return std::unexpected{body.error()};
    }
    auto told = parse_json(*body);
    if (!told.is_object()) {
        return not_understood();
    }
    return told;
}

command_result<json> ask_for_one(const rejected_arguments& given) {
    return ask(given, "/v1/rejected/" + std::to_string(given.id));
}

/// When the daemon got it, for `verify --at`.
std::string at_option(const json& request) {
    const auto when = parse_rfc3339(text_member(request, "time"));
    return when ? " --at " + std::to_string(std::chrono::floor<std::chrono::seconds>(*when).time_since_epoch().count())
                : std::string{};
}

} // namespace

int run_rejected_list(const rejected_arguments& given, std::ostream& out, std::ostream& err) {
    const auto told = ask(given, "/v1/rejected");
    if (!told) {
        return end(told.error(), err);
    }
    const auto all = told->find("rejected");
    if (all == told->end() || !all->is_array()) {
        return end(not_understood().error(), err);
    }
    if (all->empty() && !given.json) {
        print_error(err, number_member(*told, "keep") == 0
                             ? "no rejected requests are kept: set rejected.keep in the configuration"
                             : "no rejected requests since the start");
        return exit_done;
    }
    if (!given.json) {
        out << rejected_list_head();
    }
    const auto columns = output_is_terminal() ? output_columns() : std::numeric_limits<std::size_t>::max();
    for (const auto& each : *all) {
        if (!each.is_object()) {
            return end(not_understood().error(), err);
        }
        out << (given.json ? json_line(each) + '\n' : rejected_list_line(each, given.utc, columns));
    }
    return exit_done;
}

int run_rejected_show(const rejected_arguments& given, std::ostream& out, std::ostream& err) {
    const auto told = ask_for_one(given);
    if (!told) {
        return end(told.error(), err);
    }
    out << (given.json ? json_line(*told) + '\n' : rejected_story_text(*told, given.utc));
    return exit_done;
}

int run_rejected_export(const rejected_arguments& given, std::ostream& out, std::ostream& err) {
    const auto told = ask_for_one(given);
    if (!told) {
        return end(told.error(), err);
    }
    const auto request = captured_request(*told);
    if (!request) {
        return end({exit_no, "the body of rejected request " + std::to_string(given.id) +
                                 " was not kept, and its signature is over it: set rejected.keep_bodies = true, "
                                 "reload, and let the sender repeat it"},
                   err);
    }
    if (!flag_member(*told, "body_kept", false)) {
        print_error(err, "warning: the body was not kept (rejected.keep_bodies), so ignore what verify says about the "
                         "signature itself");
    }
    if (flag_member(*told, "shortened", false)) {
        print_error(err, "warning: long names or values of this request were shortened, maybe a part of its signature");
    }
    if (output_is_terminal()) {
        out << escaped_paragraph(*request);
    } else {
        write_as_it_is(out, *request);
    }
    print_error(err, "explain it with: colivara-hookd verify --secret-file SECRET --request FILE" + at_option(*told) +
                         " --explain");
    return exit_done;
}

void add_rejected(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand("rejected", "List and export the last rejected requests");
    auto given = std::make_shared<rejected_arguments>();
    command->require_subcommand(1);
    command->footer("Example:\n  colivara-hookd rejected export 7 > captured.http\n"
                    "  colivara-hookd verify --secret-file secret --request captured.http --explain");
    struct part {
        const char* name;
        const char* help;
        int (*run)(const rejected_arguments&, std::ostream&, std::ostream&);
    };
    for (const auto& [name, help, run] :
         {part{"list", "List them, the newest first", run_rejected_list},
          part{"show", "Show what is known of one: reason, sizes, header names, signature headers", run_rejected_show},
          part{"export", "Write one to standard output, for 'verify --request FILE --explain'", run_rejected_export}}) {
        auto* const one = command->add_subcommand(name, help);
        if (run != run_rejected_list) {
            one->add_option("id", given->id, "The id in 'rejected list'")
                ->required()
                ->check(number_between(1, std::numeric_limits<std::uint64_t>::max()));
        }
        if (run != run_rejected_export) {
            one->add_flag("--utc", given->utc, "Print times in UTC (RFC 3339) instead of local time");
            one->add_flag("--json", given->json, "Print JSON, one line per request");
        }
        add_socket(*one, given->socket);
        one->callback([&choice, given, run] {
            given->config_path = choice.config;
            choice.run = [given, run] { return run(*given, std::cout, std::cerr); };
        });
    }
}

} // namespace hookd::cli
