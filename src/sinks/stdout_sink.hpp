// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/sinks/sink.hpp>

#include <memory>

namespace hookd::sinks {

/// No keys of its own.
struct stdout_options final : sink_options_of<stdout_options> {
    bool operator==(const stdout_options&) const = default;
};

std::shared_ptr<const sink_options> read_stdout_options(config::table& keys);

/// A line an event, for whoever reads the daemon's standard output: a container's log driver, journald, a pipe.
/// Delivered means handed to the kernel. Where that is a file, it is not synced: that is the file sink's business.
std::unique_ptr<sink> build_stdout_sink(const sink_settings& settings, boost::asio::io_context& worker);

/// The same on another descriptor, which stays the caller's.
std::unique_ptr<sink> make_stdout_sink(int fd, boost::asio::io_context& worker);

} // namespace hookd::sinks
