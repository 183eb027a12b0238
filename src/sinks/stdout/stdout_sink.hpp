// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/sinks/event_line.hpp>
#include <hookd/sinks/sink.hpp>

#include <memory>

namespace hookd::sinks {

/// Has no keys of its own.
struct stdout_options final : sink_options_of<stdout_options> {
    delivery_preview preview(const event& what) const override { return {{}, written_line(what)}; }
    bool operator==(const stdout_options&) const = default;
};

sink_options_ptr read_stdout_options(config::table& keys);

/// One line per event, for a reader of the daemon's standard output: a container's log driver, journald, a pipe.
/// Delivered means passed to the kernel. If it is a file, it is not synced: for that there is the file sink.
std::unique_ptr<sink> build_stdout_sink(const sink_settings& settings, boost::asio::io_context& worker);

/// The same on another descriptor, which the caller keeps.
std::unique_ptr<sink> make_stdout_sink(int fd, boost::asio::io_context& worker);

} // namespace hookd::sinks
