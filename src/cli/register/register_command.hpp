// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::cli {

/// `register` as the command line gives it.
struct register_arguments {
    std::string url;          ///< Where ColiVara is to send its events.
    std::string api_key_file; ///< One line; readable by its owner only, like a secret.
    std::string
        save_secret; ///< The file for the webhook's secret; one that exists is replaced, when there is a new one.
    std::string api = "https://api.colivara.com"; ///< ColiVara; http:// only on loopback.
    std::optional<std::string> ca_file;           ///< CA certificates instead of the system's.
    std::string timeout = "30s";                  ///< For the whole call, a duration as in the configuration.
    std::string config; ///< The daemon's configuration; if it is readable, an endpoint should have the URL's path.
};

/// ColiVara's add_webhook. Registering again moves the same endpoint to the new URL and returns the same secret.
/// Neither the API key nor the secret is ever printed. SIGPIPE is ignored from here on; an interrupt ends the process
/// as usual, and no file is left. Returns the exit code: 0 registered and saved, 1 rejected by ColiVara, 2 usage, 69
/// ColiVara cannot be reached or is not available, 74 a file cannot be read or the secret cannot be saved, 78 the API
/// key file is not usable.
int run_register(const register_arguments& arguments, std::ostream& out, std::ostream& err);

void add_register(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
