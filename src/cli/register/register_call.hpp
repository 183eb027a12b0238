// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/secret.hpp>
#include <hookd/http/client/client.hpp>

#include <chrono>
#include <string>

namespace hookd::cli {

struct register_call_end {
    http::client_result<http::client_response> response;
    int signal = 0; ///< Not 0: interrupted by it, and there is no response.
};

/// Asks ColiVara to send its events to `url`: one POST to `target`. Blocks until the response, the timeout, or SIGINT,
/// SIGTERM or SIGHUP.
register_call_end call_add_webhook(const http::destination_ptr& where, const std::string& target,
                                   const std::string& url, const secret& api_key, std::chrono::milliseconds timeout);

} // namespace hookd::cli
