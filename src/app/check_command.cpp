// SPDX-License-Identifier: MIT
#include "app/check_command.hpp"

#include "app/configuration.hpp"
#include "app/exit_code.hpp"

#include <ostream>

namespace hookd::app {

int run_check(const std::string& config_path, bool print, std::ostream& out, std::ostream& err) {
    const auto loaded = load_configuration(config_path, nullptr, true);
    for (const auto& warning : loaded.warnings) {
        err << warning << " (a warning)\n";
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
        out << config_path << ": good\n";
    }
    return exit_done;
}

} // namespace hookd::app
