// SPDX-License-Identifier: MIT
#pragma once

#include "cli/events/event_source.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace hookd::cli {

/// A change of many events: first counted, then carried out, in parts. What arrives after the first request is never
/// part of it.
class event_change {
public:
    /// `verb`: the last part of the route, `replay`.
    event_change(event_source& with, std::string verb) : with_(with), verb_(std::move(verb)) {}

    /// Repeats the request until there is no more. `take` gets each response.
    command_result<void> run(const std::string& query, bool dry_run,
                             const std::function<void(const nlohmann::ordered_json& told)>& take);

private:
    event_source& with_;
    std::string verb_;
    std::optional<std::uint64_t> up_to_;
};

} // namespace hookd::cli
