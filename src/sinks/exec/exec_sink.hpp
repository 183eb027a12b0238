// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/sinks/sink.hpp>

#include <memory>
#include <string>
#include <vector>

namespace hookd::sinks {

/// `command`, or the command for `shell`.
struct exec_options final : sink_options_of<exec_options> {
    std::vector<std::string> command;

    delivery_preview preview(const event& what) const override;
    bool operator==(const exec_options&) const = default;
};

sink_options_ptr read_exec_options(config::table& keys);

/// Starts a command for each event, with the event line on its standard input. Data of the event is only in that line
/// and in HOOKD_ variables, never in an argument, a shell line or a file name.
std::unique_ptr<sink> build_exec_sink(const sink_settings& settings, boost::asio::io_context& worker);

/// The complete environment of a hook.
std::vector<std::string> hook_environment(const event& what, unsigned attempt);

} // namespace hookd::sinks
