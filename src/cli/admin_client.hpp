// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_end.hpp"

#include <hookd/core/byte_size.hpp>
#include <hookd/http/client/client.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::cli {

/// Which daemon a command talks to.
struct admin_socket {
    std::string path;
    std::string errors; ///< Of a default configuration that cannot be read, one line each; then `path` is the default.
};

/// `given`, or the configuration's socket. If the default configuration cannot be read, the default socket; errors in
/// any other file end the command, since the user means its daemon and no other.
command_result<admin_socket> find_admin_socket(const std::optional<std::string>& given, const std::string& config_path);

/// More than any response except an event's body has.
inline constexpr byte_size largest_answer{16U << 20U};

/// One request to the daemon, and its whole response: one larger than `most` is an error, never truncated. Blocking.
http::client_result<http::client_response> ask_daemon(const std::string& socket, std::string_view method,
                                                      std::string_view target, std::chrono::milliseconds patience,
                                                      byte_size most = largest_answer);

/// The same for a response of any length, whose pieces are taken as they arrive until one is not wanted; see
/// http::client_limits. `patience` is for all of it.
http::client_result<http::client_response> stream_from_daemon(const std::string& socket, std::string_view target,
                                                              std::chrono::milliseconds patience,
                                                              std::function<bool(std::string_view piece)> each_piece);

/// The error message when the daemon cannot be reached.
std::string unreachable_text(const std::string& socket, const http::client_error& error);

} // namespace hookd::cli
