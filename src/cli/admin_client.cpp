// SPDX-License-Identifier: MIT
#include "cli/admin_client.hpp"

#include <hookd/admin/settings.hpp>
#include <hookd/config/load.hpp>
#include <hookd/core/exit_code.hpp>
#include <hookd/daemon/configuration.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cerrno>
#include <exception>
#include <unistd.h>
#include <utility>

namespace hookd::cli {

namespace asio = boost::asio;

command_result<admin_socket> find_admin_socket(const std::optional<std::string>& given,
                                               const std::string& config_path) {
    if (given) {
        return admin_socket{.path = *given, .errors = {}};
    }
    const bool usual = config_path == daemon::default_configuration;
    if (usual && access(config_path.c_str(), R_OK) != 0) {
        return admin_socket{.path = admin_settings{}.socket, .errors = {}};
    }
    auto named = daemon::read_admin_socket(config_path);
    if (named) {
        return admin_socket{.path = std::move(*named), .errors = {}};
    }
    if (!usual) {
        return fail_in_configuration(std::move(named.error().message));
    }
    return admin_socket{.path = admin_settings{}.socket, .errors = std::move(named.error().message)};
}

namespace {

http::client_result<http::client_response> request_daemon(const std::string& socket, std::string_view method,
                                                          std::string_view target, http::client_limits limits) {
    const auto where = http::find_unix_destination(socket);
    if (!where) {
        return std::unexpected{where.error()};
    }
    asio::io_context context{1};
    http::client daemon{context, *where, std::move(limits)};
    http::client_result<http::client_response> response;
    asio::co_spawn(context, daemon.request(method, target, {}, {}),
                   [&](const std::exception_ptr& thrown, http::client_result<http::client_response> what) {
                       if (thrown) {
                           std::rethrow_exception(thrown);
                       }
                       response = std::move(what);
                       context.stop(); // the connection's timer would keep it running
                   });
    context.run();
    return response;
}

} // namespace

http::client_result<http::client_response> ask_daemon(const std::string& socket, std::string_view method,
                                                      std::string_view target, std::chrono::milliseconds patience,
                                                      byte_size most) {
    auto response =
        request_daemon(socket, method, target, {.connect = patience, .whole = patience, .keep_body = most.bytes});
    if (response && response->cut) {
        return std::unexpected{
            http::client_error{http::client_errc::malformed, "its response has more than " + to_text(most)}};
    }
    return response;
}

http::client_result<http::client_response> stream_from_daemon(const std::string& socket, std::string_view target,
                                                              std::chrono::milliseconds patience,
                                                              std::function<bool(std::string_view piece)> each_piece) {
    return request_daemon(socket, "GET", target,
                          {.connect = patience,
                           .whole = patience,
                           .keep_body = largest_answer.bytes,
                           .each_piece = std::move(each_piece)});
}

std::string unreachable_text(const std::string& socket, const http::client_error& error) {
    switch (error.kind) {
    case http::client_errc::timed_out:
        return "the daemon on " + socket + " does not respond: " + error.detail;
    case http::client_errc::malformed:
        return "unexpected response from " + socket + ": is it the daemon's admin socket? (" + error.detail + ")";
    case http::client_errc::unreachable:
        if (access(socket.c_str(), W_OK) != 0 && errno == EACCES) {
            return "cannot connect to " + socket + ": " + error.detail +
                   ": run this command as root or as the daemon's user or group";
        }
        return "nothing listens on " + socket + ": is the daemon running? (" + error.detail +
               "; for another socket use --socket)";
    default:
        return "cannot reach the daemon on " + socket + ": " + error.detail;
    }
}

} // namespace hookd::cli
