// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_end.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::cli {

/// Handles requests about events as described in docs/admin-api.md: the daemon, or its journal if no daemon is running.
class event_source {
public:
    virtual ~event_source() = default;

    /// The body of a response 200; everything else ends the command. Blocking.
    virtual command_result<std::string> ask(std::string_view method, std::string_view target) = 0;
};

/// Where to look.
struct event_source_arguments {
    std::string config_path;
    std::optional<std::string> socket;
    bool offline = true; ///< If no daemon is running, use the journal of the configuration.
};

/// The daemon on its socket; or, if nothing listens there and --socket is not given, the journal itself, which is not
/// kept open between two requests.
command_result<std::unique_ptr<event_source>> open_event_source(const event_source_arguments& given);

/// How a command ends that got a response other than 200; without a message if the response has none.
command_end refusal_of(unsigned status, const std::string& body);

/// `key=value` for a target, the value's bytes encoded.
std::string parameter(std::string_view key, std::string_view value);
std::string percent_encoded(std::string_view text);

} // namespace hookd::cli
