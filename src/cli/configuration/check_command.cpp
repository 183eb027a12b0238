// SPDX-License-Identifier: MIT
#include "cli/configuration/check_command.hpp"

#include "cli/configuration/backlog_check.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/daemon/configuration.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <ostream>

namespace hookd::cli {

namespace {

/// As compilers write it: after the place, if it has one.
std::string warning_line(const std::string& path, std::string warning) {
    const auto place_end = warning.starts_with(path + ':') ? warning.find(": ", path.size()) : std::string::npos;
    return warning.insert(place_end == std::string::npos ? 0 : place_end + 2, "warning: ");
}

} // namespace

int run_check(const std::string& config_path, bool print, std::ostream& out, std::ostream& err) {
    const auto loaded = daemon::load_configuration(config_path, nullptr, true);
    for (const auto& warning : loaded.warnings) {
        err << warning_line(config_path, warning) << '\n';
    }
    for (const auto& error : loaded.errors) {
        err << error << '\n';
    }
    if (!loaded.values) {
        return exit_config;
    }
    for (const auto& line : backlogs_without_sink(*loaded.values)) {
        err << "warning: " << line << '\n';
    }
    if (print) {
        out << loaded.effective;
    } else {
        out << config_path << ": ok\n";
    }
    return exit_done;
}

void add_check(CLI::App& line, command_choice& choice) {
    auto* const command =
        line.add_subcommand("check", "Check the configuration and every file it names; print all errors");
    auto print = std::make_shared<bool>(false);
    command->add_flag("--print", *print, "Print the effective configuration, without secrets");
    command->callback([&choice, print] {
        choice.run = [&choice, print] { return run_check(choice.config, *print, std::cout, std::cerr); };
    });
}

} // namespace hookd::cli
