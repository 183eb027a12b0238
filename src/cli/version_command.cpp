// SPDX-License-Identifier: MIT
#include "cli/version_command.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/journal/storage.hpp>

#include <CLI/CLI.hpp>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <spdlog/version.h>

#include <iostream>
#include <ostream>

namespace hookd::cli {

int run_version(std::ostream& out) {
    out << "colivara-hookd " HOOKD_VERSION "\n"
        << "Boost " << BOOST_VERSION / 100'000 << '.' << BOOST_VERSION / 100 % 1000 << '.' << BOOST_VERSION % 100
        << "\nOpenSSL " << OpenSSL_version(OPENSSL_VERSION_STRING) << '\n'
        << journal::backend_versions() << "\nnlohmann_json " << NLOHMANN_JSON_VERSION_MAJOR << '.'
        << NLOHMANN_JSON_VERSION_MINOR << '.' << NLOHMANN_JSON_VERSION_PATCH << "\nspdlog " << SPDLOG_VER_MAJOR << '.'
        << SPDLOG_VER_MINOR << '.' << SPDLOG_VER_PATCH << '\n';
    return exit_done;
}

void add_version(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand("version", "Print the version of the program and of its libraries");
    command->callback([&choice] { choice.run = [] { return run_version(std::cout); }; });
}

} // namespace hookd::cli
