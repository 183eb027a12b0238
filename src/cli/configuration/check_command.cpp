// SPDX-License-Identifier: MIT
#include "cli/configuration/check_command.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/daemon/configuration.hpp>

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
    if (print) {
        out << loaded.effective;
    } else {
        out << config_path << ": ok\n";
    }
    return exit_done;
}

} // namespace hookd::cli
