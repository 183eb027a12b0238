// SPDX-License-Identifier: MIT
#include "cli/status/status_command.hpp"

#include "cli/admin_client.hpp"
#include "cli/options.hpp"
#include "cli/status/status_report.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>
#include <memory>
#include <ostream>

namespace hookd::cli {

namespace {

constexpr std::chrono::milliseconds patience{10'000};

bool is_status(const nlohmann::ordered_json& what) {
    return what.is_object() && what.contains("ready") && what["ready"].is_boolean();
}

} // namespace

int run_status(const std::string& config_path, const status_arguments& given, std::ostream& out, std::ostream& err) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto socket = find_admin_socket(given.socket, config_path);
    if (!socket) {
        return end(socket.error(), err);
    }
    const auto response = ask_daemon(socket->path, "GET", "/v1/status", patience);
    if (!response) {
        return end({exit_unreachable, unreachable_text(socket->path, response.error()), socket->errors}, err);
    }
    const auto status = parse_json(response->body);
    if (response->status != 200 || !is_status(status)) {
        return end(
            {exit_unreachable, "unexpected response from " + socket->path + ": is it the daemon's admin socket?"}, err);
    }
    if (given.json) {
        out << json_line(status) << '\n';
    } else {
        out << status_text(status);
    }
    return status["ready"].get<bool>() ? exit_done : exit_no;
}

void add_status(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand(
        "status", "Show the daemon's status: exit 0 if it is ready, 1 if not, 69 if it cannot be reached");
    auto given = std::make_shared<status_arguments>();
    add_socket(*command, given->socket);
    command->add_flag("--json", given->json, "Print one JSON object on one line");
    command->callback([&choice, given] {
        choice.run = [&choice, given] { return run_status(choice.config, *given, std::cout, std::cerr); };
    });
}

} // namespace hookd::cli
