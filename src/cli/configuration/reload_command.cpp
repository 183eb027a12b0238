// SPDX-License-Identifier: MIT
#include "cli/configuration/reload_command.hpp"

#include "cli/admin_client.hpp"
#include "cli/json_member.hpp"
#include "cli/options.hpp"

#include <hookd/cli/command_line.hpp>
#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>
#include <memory>
#include <ostream>

namespace hookd::cli {

namespace {

constexpr std::chrono::milliseconds patience{60'000};

} // namespace

int run_reload(const std::string& config_path, const std::optional<std::string>& given, std::ostream& out,
               std::ostream& err) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto socket = find_admin_socket(given, config_path);
    if (!socket) {
        return end(socket.error(), err);
    }
    const auto response = ask_daemon(socket->path, "POST", "/v1/reload", patience);
    if (!response) {
        return socket->errors.empty() ? end({exit_unreachable, unreachable_text(socket->path, response.error())}, err)
                                      : end({exit_config, {}, socket->errors}, err);
    }
    if (response->status == 200) {
        const auto told = parse_json(response->body);
        out << "reloaded " << escaped(text_member(told, "file")) << '\n';
        if (const auto warnings = told.find("warnings"); warnings != told.end() && warnings->is_array()) {
            for (const auto& line : *warnings) {
                print_error(err, "warning: " + (line.is_string() ? line.get<std::string>() : json_line(line)));
            }
        }
        return exit_done;
    }
    const auto verdict = parse_json(response->body);
    if (response->status != 422 || !verdict.is_object() || !verdict.contains("faults")) {
        return end(
            {exit_unreachable, "unexpected response from " + socket->path + ": is it the daemon's admin socket?"}, err);
    }
    for (const auto& error : verdict["faults"]) {
        err << (error.is_string() ? escaped(error.get<std::string>()) : json_line(error)) << '\n';
    }
    return exit_config;
}

void add_reload(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand(
        "reload", "Reload the daemon's configuration; on errors, print all of them and change nothing");
    auto socket = std::make_shared<std::optional<std::string>>();
    add_socket(*command, *socket);
    command->callback([&choice, socket] {
        choice.run = [&choice, socket] { return run_reload(choice.config, *socket, std::cout, std::cerr); };
    });
}

} // namespace hookd::cli
