// SPDX-License-Identifier: MIT
#include "app/check_command.hpp"
#include "app/command_end.hpp"
#include "app/configuration.hpp"
#include "app/escaping_stream.hpp"
#include "app/events_line.hpp"
#include "app/exit_code.hpp"
#include "app/held_signals.hpp"
#include "app/register_command.hpp"
#include "app/reload_command.hpp"
#include "app/run_command.hpp"
#include "app/send_command.hpp"
#include "app/status_command.hpp"
#include "app/terminal_text.hpp"
#include "app/verify_command.hpp"
#include "app/version_command.hpp"
#include "app/wrap_text.hpp"

#include <hookd/app/command_line.hpp>

#include <CLI/CLI.hpp>

#include <functional>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace hookd::app {

namespace {

constexpr std::uint64_t most_events = 1'000'000'000;

/// Adds one command's options; what it does is called when the line names it.
void add_run(CLI::App& line, const std::string& config, held_signals& held, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand("run", "The daemon, in the foreground");
    command->callback([&] { chosen = [&] { return run_run(config, std::cerr, held); }; });
}

void add_check(CLI::App& line, const std::string& config, std::function<int()>& chosen) {
    auto* const command =
        line.add_subcommand("check", "Read the configuration and everything it names; print every error");
    auto print = std::make_shared<bool>(false);
    command->add_flag("--print", *print, "Print the values in force, without secrets");
    command->callback([&, print] { chosen = [&, print] { return run_check(config, *print, std::cout, std::cerr); }; });
}

void add_register(CLI::App& line, const std::string& config, std::function<int()>& chosen) {
    auto* const command =
        line.add_subcommand("register", "Have ColiVara send its events to a URL, and save the webhook's secret");
    auto given = std::make_shared<register_arguments>();
    command->add_option("--url", given->url, "Where ColiVara is to send its events")->required();
    command->add_option("--api-key-file", given->api_key_file, "File with ColiVara's API key, closed to others")
        ->required();
    command
        ->add_option("--save-secret", given->save_secret, "File for the webhook's secret; replaced if it has another")
        ->required();
    command->add_option("--api", given->api, "Base URL of ColiVara")->capture_default_str();
    command->add_option("--cacert", given->ca_file, "PEM file of the authorities to trust");
    command->add_option("--timeout", given->timeout, "For the whole call")->capture_default_str();
    command->footer("Example:\n  colivara-hookd register --url https://hooks.example.com/webhooks/colivara "
                    "--api-key-file api-key --save-secret webhook-secret");
    command->callback([&, given] {
        given->config = config;
        chosen = [given] { return run_register(*given, std::cout, std::cerr); };
    });
}

void add_verify(CLI::App& line, std::function<int()>& chosen) {
    auto* const command =
        line.add_subcommand("verify", "Check a message's signature: exit 0 if it is authentic, 1 if not");
    auto given = std::make_shared<verify_arguments>();
    command->add_option("--secret-file", given->secret_file, "File with the secret, or several, one a line")
        ->required();
    command->add_option("--header", given->headers, "A header of the message: 'svix-id: msg_…' (repeatable)")
        ->allow_extra_args(false);
    command->add_option("--request", given->request_file, "File with the whole captured HTTP request");
    command->add_option("body", given->body, "File with the body; - or nothing: standard input");
    command->add_option("--at", given->at, "Judge the timestamp at this Unix time instead of now");
    command->add_flag("--ignore-time", given->ignore_time, "Do not judge the timestamp");
    command->add_flag("--explain", given->explain, "Say why, and what to do");
    command->footer("Example:\n  colivara-hookd verify --secret-file secret --request captured.http --explain");
    command->callback([&chosen, given] {
        given->width = terminal_width(STDOUT_FILENO);
        chosen = [given] { return run_verify(*given, std::cout, std::cerr); };
    });
}

void add_send(CLI::App& line, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand("send", "Sign and send test events, as ColiVara's sender does");
    auto given = std::make_shared<send_arguments>();
    command->add_option("type", given->type, "upsert.success, upsert.fail, or any other type")->required();
    command->add_option("--to", given->url, "URL of the receiver's endpoint")->required();
    command->add_option("--secret-file", given->secret_file, "File with the secret, or several, one a line")
        ->required();
    command->add_option("--data", given->data, "File with a body to send as it is; -: standard input");
    command->add_option("--set", given->set, "key=value: change a member of the body (repeatable)")
        ->allow_extra_args(false);
    command->add_option("--count", given->count, "How many events")
        ->capture_default_str()
        ->check(CLI::Range(std::uint64_t{1}, most_events));
    command->add_option("--rate", given->rate,
                        "Events a second, however slow the answers are; default: as fast as they come");
    command->add_option("--connections", given->connections, "Connections at a time")->capture_default_str();
    command->add_flag("--each", given->each, "A line an event also where there are many");
    command->add_flag("--duplicate", given->duplicate, "Each event twice; the receiver must accept the second, too");
    auto* const forge =
        command->add_flag("--forge", given->forge, "With a wrong signature; the receiver must answer 401");
    command->add_flag("--stale", given->stale, "Signed a day ago; the receiver must answer 401")->excludes(forge);
    auto* const authorities = command->add_option("--cacert", given->ca_file, "PEM file of the authorities to trust");
    command->add_flag("--insecure", given->insecure, "Trust any certificate")->excludes(authorities);
    command->footer("Example:\n  colivara-hookd send upsert.fail --to https://localhost:8443/webhooks/colivara "
                    "--secret-file secret --set name=report.pdf");
    command->callback([&chosen, given] {
        const bool lines_there = given->each && isatty(STDOUT_FILENO) == 1; // the bar would get between them
        given->bar = isatty(STDERR_FILENO) == 1 && !lines_there;
        chosen = [given] { return run_send(*given, std::cout, std::cerr); };
    });
}

void add_status(CLI::App& line, const std::string& config, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand(
        "status", "How the running daemon is: exit 0 if it is ready, 1 if not, 69 if it cannot be reached");
    auto given = std::make_shared<status_arguments>();
    command->add_option("--socket", given->socket, socket_help);
    command->add_flag("--json", given->json, "One JSON object on one line");
    command->callback([&, given] { chosen = [&, given] { return run_status(config, *given, std::cout, std::cerr); }; });
}

void add_reload(CLI::App& line, const std::string& config, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand(
        "reload", "Have the running daemon read its configuration anew; every error is printed, then nothing changes");
    auto socket = std::make_shared<std::optional<std::string>>();
    command->add_option("--socket", *socket, socket_help);
    command->callback(
        [&, socket] { chosen = [&, socket] { return run_reload(config, *socket, std::cout, std::cerr); }; });
}

void add_version(CLI::App& line, std::function<int()>& chosen) {
    auto* const command = line.add_subcommand("version", "The program's version and its libraries'");
    command->callback([&chosen] { chosen = [] { return run_version(std::cout); }; });
}

/// The exit code, once what became of the output is known.
int with_output_written(int code) {
    if (code != exit_done || std::cout.flush()) {
        return code;
    }
    std::cerr << output_error << '\n';
    return exit_io;
}

} // namespace

int run_command_line(int count, char** words) {
    held_signals held; // first of all: a daemon is to take them from its first moment on
    const escaping_stream safe_output{std::cout, output_has_colour(), escaping_stream::role::filter};
    const escaping_stream safe_errors{std::cerr, false};
    CLI::App line{"colivara-hookd: receives ColiVara's webhooks, keeps every event, and hands it on."};
    line.require_subcommand(1);
    line.fallthrough(); // -c may stand behind the command, too
    std::string config = default_configuration;
    line.add_option("-c,--config", config, "The configuration (TOML, or JSON when it ends in .json)")
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
    } catch (const CLI::RequiredError& error) {
        const auto unknown = line.remaining(true);
        const bool other = !unknown.empty() && std::string_view{error.what()}.starts_with("A subcommand");
        std::cerr << (other ? "Check the command: there is no " + unknown.front() : error.what())
                  << "\nRun with --help for more information.\n";
        return exit_usage;
    } catch (const CLI::ParseError& error) {
        std::ostringstream said;
        const bool helped = line.exit(error, std::cout, said) == 0;
        std::cerr << said.str();
        return helped ? exit_done : exit_usage;
    }
    if (!line.got_subcommand("run")) {
        held.restore();
    }
    return with_output_written(chosen());
}

} // namespace hookd::app
