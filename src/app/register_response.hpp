// SPDX-License-Identifier: MIT
#pragma once

#include "app/command_end.hpp"

#include <hookd/core/secret.hpp>
#include <hookd/http/client.hpp>

#include <string>
#include <string_view>

namespace hookd::app {

/// What ColiVara says of a webhook that it has registered.
struct registration {
    secret webhook_secret;
    std::string doubt; ///< About a secret that works; empty: none.
};

/// An answer that has as many bytes, or more, is none of ColiVara's.
constexpr std::size_t longest_registration = std::size_t{64} << 10U;

/// Judges the answer to add_webhook. A body from a server is foreign text: it may be anything, and what is quoted of it
/// is one bounded line without control characters, API key and secrets. Overwrites the body. Failures: exit_no where
/// ColiVara refuses, exit_unreachable where it cannot help now or is not what answered.
command_result<registration> read_registration(http::client_response& response, std::string_view api_key);

/// What to do where there was no answer. The error's own words are to follow.
std::string_view register_advice(http::client_errc error);

} // namespace hookd::app
