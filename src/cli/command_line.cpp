// SPDX-License-Identifier: MIT
#include "cli/command_end.hpp"
#include "cli/configuration/check_command.hpp"
#include "cli/configuration/reload_command.hpp"
#include "cli/escaping_stream.hpp"
#include "cli/events/events_line.hpp"
#include "cli/option_checks.hpp"
#include "cli/register/register_command.hpp"
#include "cli/send/send_command.hpp"
#include "cli/status/status_command.hpp"
#include "cli/terminal_text.hpp"
#include "cli/verify/verify_command.hpp"
#include "cli/version_command.hpp"
#include "cli/wrap_text.hpp"

#include <hookd/cli/command_line.hpp>
#include <hookd/core/exit_code.hpp>
#include <hookd/daemon/configuration.hpp>
#include <hookd/daemon/held_signals.hpp>
#include <hookd/daemon/run.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace hookd::cli {

namespace {

constexpr std::uint64_t most_events = 1'000'000'000;

/// Adds the options of a command; `chosen` becomes its action when the command line names it.
void add_run(CLI::App& line, const std::string& config, daemon::held_signals& held, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand("run", "Run the daemon in the foreground");
    command->callback([&] { chosen = [&] { return daemon::run(config, std::cerr, held); }; });
}

void add_check(CLI::App& line, const std::string& config, std::function<int()>& chosen) {
    auto* const command =
        line.add_subcommand("check", "Check the configuration and every file it names; print all errors");
    auto print = std::make_shared<bool>(false);
    command->add_flag("--print", *print, "Print the effective configuration, without secrets");
    command->callback([&, print] { chosen = [&, print] { return run_check(config, *print, std::cout, std::cerr); }; });
}

void add_register(CLI::App& line, const std::string& config, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand("register", "Register a webhook with ColiVara and save its secret");
    auto given = std::make_shared<register_arguments>();
    command->add_option("--url", given->url, "The URL that ColiVara sends its events to")->required();
    command->add_option("--api-key-file", given->api_key_file, "File with the ColiVara API key, readable only by you")
        ->required();
    command
        ->add_option("--save-secret", given->save_secret,
                     "File to save the webhook's secret in; overwritten if the secret has changed")
        ->required();
    command->add_option("--api", given->api, "Base URL of the ColiVara API")->capture_default_str();
    command->add_option("--cacert", given->ca_file, "PEM file with the CA certificates to trust");
    command->add_option("--timeout", given->timeout, "Timeout for the whole call")->capture_default_str();
    command->footer("Example:\n  colivara-hookd register --url https://hooks.example.com/webhooks/colivara "
                    "--api-key-file api-key --save-secret webhook-secret");
    command->callback([&, given] {
        given->config = config;
        chosen = [given] { return run_register(*given, std::cout, std::cerr); };
    });
}

void add_verify(CLI::App& line, std::function<int()>& chosen) {
    auto* const command =
        line.add_subcommand("verify", "Verify the signature of a message: exit 0 if it is valid, 1 if not");
    auto given = std::make_shared<verify_arguments>();
    command->add_option("--secret-file", given->secret_file, "File with one or more secrets, one per line")->required();
    command->add_option("--header", given->headers, "A header of the message: 'svix-id: msg_…' (repeatable)")
        ->allow_extra_args(false);
    command->add_option("--request", given->request_file, "File with the whole captured HTTP request");
    command->add_option("body", given->body, "File with the body (default and -: standard input)");
    command->add_option("--at", given->at, "Check the timestamp against this Unix time instead of now");
    command->add_flag("--ignore-time", given->ignore_time, "Do not check the timestamp");
    command->add_flag("--explain", given->explain, "Explain the result and what to do");
    command->footer("Example:\n  colivara-hookd verify --secret-file secret --request captured.http --explain");
    command->callback([&chosen, given] {
        given->width = terminal_width(STDOUT_FILENO);
        chosen = [given] { return run_verify(*given, std::cout, std::cerr); };
    });
}

void add_send(CLI::App& line, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand("send", "Sign and send test events as ColiVara does");
    auto given = std::make_shared<send_arguments>();
    command->add_option("type", given->type, "upsert.success, upsert.fail, or any other type")->required();
    command->add_option("--to", given->url, "URL of the receiver's endpoint")->required();
    command->add_option("--secret-file", given->secret_file, "File with one or more secrets, one per line")->required();
    command->add_option("--data", given->data, "File with the body to send unchanged (-: standard input)");
    command->add_option("--set", given->set, "key=value: set a member of the body (repeatable)")
        ->allow_extra_args(false);
    command->add_option("--count", given->count, "Number of events")
        ->capture_default_str()
        ->check(number_between(1, most_events));
    command->add_option("--rate", given->rate,
                        "Events per second, regardless of the response times (default: as fast as possible)");
    command->add_option("--connections", given->connections, "Number of concurrent connections")->capture_default_str();
    command->add_flag("--each", given->each, "Print one line per event even if there are many");
    command->add_flag("--duplicate", given->duplicate, "Send each event twice; the receiver must accept both");
    auto* const forge =
        command->add_flag("--forge", given->forge, "Send a wrong signature; the receiver must respond with 401");
    command->add_flag("--stale", given->stale, "Send a signature that is a day old; the receiver must respond with 401")
        ->excludes(forge);
    auto* const authorities =
        command->add_option("--cacert", given->ca_file, "PEM file with the CA certificates to trust");
    command->add_flag("--insecure", given->insecure, "Trust any certificate")->excludes(authorities);
    command->footer("Example:\n  colivara-hookd send upsert.fail --to https://localhost:8443/webhooks/colivara "
                    "--secret-file secret --set name=report.pdf");
    command->callback([&chosen, given] {
        const bool lines_there = given->each && isatty(STDOUT_FILENO) == 1; // the progress bar would mix with them
        given->bar = isatty(STDERR_FILENO) == 1 && !lines_there;
        chosen = [given] { return run_send(*given, std::cout, std::cerr); };
    });
}

void add_status(CLI::App& line, const std::string& config, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand(
        "status", "Show the daemon's status: exit 0 if it is ready, 1 if not, 69 if it cannot be reached");
    auto given = std::make_shared<status_arguments>();
    command->add_option("--socket", given->socket, socket_help);
    command->add_flag("--json", given->json, "Print one JSON object on one line");
    command->callback([&, given] { chosen = [&, given] { return run_status(config, *given, std::cout, std::cerr); }; });
}

void add_reload(CLI::App& line, const std::string& config, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand(
        "reload", "Reload the daemon's configuration; on errors, print all of them and change nothing");
    auto socket = std::make_shared<std::optional<std::string>>();
    command->add_option("--socket", *socket, socket_help);
    command->callback(
        [&, socket] { chosen = [&, socket] { return run_reload(config, *socket, std::cout, std::cerr); }; });
}

void add_version(CLI::App& line, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand("version", "Print the version of the program and of its libraries");
    command->callback([&chosen] { chosen = [] { return run_version(std::cout); }; });
}

/// The problem with a command line, and where to look.
std::string usage_text(const CLI::App& line, const CLI::ParseError& error) {
    std::string problem = error.what();
    if (problem.starts_with("A subcommand is required")) {
        const auto unknown = line.remaining(true);
        problem = unknown.empty() ? "no command given" : "unknown command '" + unknown.front() + "'";
    }
    return problem + "\nsee 'colivara-hookd --help'";
}

/// The exit code, once it is known whether the output could be written.
int with_output_written(int code) {
    if (code != exit_done || std::cout.flush()) {
        return code;
    }
    print_error(std::cerr, output_error);
    return exit_io;
}

} // namespace

int run_command_line(int count, char** words) {
    daemon::held_signals held; // first: a daemon handles them from the very beginning
    const escaping_stream safe_output{std::cout, output_has_colour(), escaping_stream::role::filter};
    const escaping_stream safe_errors{std::cerr, false};
    CLI::App line{"colivara-hookd: receives ColiVara's webhooks, stores every event and delivers it to sinks."};
    line.require_subcommand(1);
    line.fallthrough(); // -c is also allowed after the command
    std::string config = daemon::default_configuration;
    line.add_option("-c,--config", config, "Configuration file (TOML, or JSON if its name ends in .json)")
        ->envname("HOOKD_CONFIG")
        ->capture_default_str();
    std::function<int()> chosen;
    add_run(line, config, held, chosen);
    add_check(line, config, chosen);
    add_register(line, config, chosen);
    add_verify(line, chosen);
    add_send(line, chosen);
    add_status(line, config, chosen);
    add_reload(line, config, chosen);
    add_event_commands(line, config, chosen);
    add_version(line, chosen);
    try {
        line.parse(count, words);
    } catch (const CLI::ParseError& error) {
        std::ostringstream discarded;
        if (line.exit(error, std::cout, discarded) == 0) { // --help
            return exit_done;
        }
        print_error(std::cerr, usage_text(line, error));
        return exit_usage;
    }
    if (!line.got_subcommand("run")) {
        held.restore();
    }
    return with_output_written(chosen());
}

} // namespace hookd::cli
