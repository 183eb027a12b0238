// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/sinks/event_line.hpp>
#include <hookd/sinks/sink.hpp>

#include <memory>
#include <string>
#include <sys/types.h>

namespace hookd::sinks {

/// `path`, and the `mode` of a new file.
struct file_options final : sink_options_of<file_options> {
    std::string path;
    mode_t mode = 0640;

    std::string_view writes_to() const override { return path; }
    delivery_preview preview(const event& what) const override { return {{{"file", path}}, written_line(what)}; }
    bool operator==(const file_options&) const = default;
};

sink_options_ptr read_file_options(config::table& keys);

/// Appends one line per event. A batch shares one sync; if it fails halfway, the events whose lines are complete are
/// delivered, and the others `unavailable`.
std::unique_ptr<sink> build_file_sink(const sink_settings& settings, boost::asio::io_context& worker);

} // namespace hookd::sinks
