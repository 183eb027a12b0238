// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_end.hpp"

#include <hookd/core/secret.hpp>
#include <hookd/http/client/client.hpp>

#include <string>
#include <string_view>

namespace hookd::cli {

/// ColiVara's response about a registered webhook.
struct registration {
    secret webhook_secret;
    std::string doubt; ///< A weakness of a valid secret; empty: none.
};

/// A response with this many bytes or more is not from ColiVara.
constexpr std::size_t longest_registration = std::size_t{64} << 10U;

/// Checks the response to add_webhook. The body is untrusted: what is quoted of it is one bounded line without control
/// characters, API key and secrets. Overwrites the body. Errors: exit_no if ColiVara rejects the request,
/// exit_unreachable if it is not available or the server is not ColiVara.
command_result<registration> read_registration(http::client_response& response, std::string_view api_key);

/// What to do if there was no response. Follows the error's own text.
std::string_view register_advice(http::client_errc error);

} // namespace hookd::cli
