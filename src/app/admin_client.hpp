#pragma once

#include "app/command_end.hpp"

#include <hookd/http/client.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::app {

/// Which daemon a command talks to.
struct admin_socket {
    std::string path;
    std::string faults; ///< Of a default configuration that does not name it, a line each; then `path` is the default.
};

/// `given`, or what the configuration says. Where that is the default file and cannot be read, the default socket; of
/// any other file the faults end the command, since its daemon is meant and no other.
command_result<admin_socket> find_admin_socket(const std::optional<std::string>& given, const std::string& config_path);

/// One request to the daemon, and its whole answer. Blocking.
http::client_result<http::response> ask_daemon(const std::string& socket, std::string_view method,
                                               std::string_view target, std::chrono::milliseconds patience);

/// For who could not reach the daemon: what to do, and what happened.
std::string unreachable_text(const std::string& socket, const http::client_error& fault);

} // namespace hookd::app
