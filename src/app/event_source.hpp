// SPDX-License-Identifier: MIT
#pragma once

#include "app/command_end.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::app {

/// Whoever answers requests about events, as docs/admin-api.md has them: the daemon, or in its absence its journal.
class event_source {
public:
    virtual ~event_source() = default;

    /// An answer of status 200; everything else ends the command. Blocking.
    virtual command_result<std::string> ask(std::string_view method, std::string_view target) = 0;
};

/// Where to look.
struct event_source_arguments {
    std::string config_path;
    std::optional<std::string> socket;
    bool offline = true; ///< Where no daemon runs, the journal of the configuration will do.
};

/// The daemon on its socket; or, where none listens there and none is named, the journal itself, of which nothing is
/// held between two questions.
command_result<std::unique_ptr<event_source>> open_event_source(const event_source_arguments& given);

/// How a command ends that got an answer of another status than 200; without a message where that does not say why.
command_end refusal_of(unsigned status, const std::string& body);

/// `key=value` for a target, the value's bytes encoded.
std::string parameter(std::string_view key, std::string_view value);
std::string percent_encoded(std::string_view text);

} // namespace hookd::app
