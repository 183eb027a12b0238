// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/sinks/sink.hpp>

#include <memory>
#include <string>

namespace hookd::sinks {

struct queue_options final : sink_options_of<queue_options> {
    std::string path;

    std::string_view writes_to() const override { return path; }
    delivery_preview preview(const event& what) const override;
    bool operator==(const queue_options&) const = default;
};

sink_options_ptr read_queue_options(config::table& keys);

/// A directory like a Maildir: an event is a file that is written and synced in tmp/ and renamed into new/; consumers
/// rename it into cur/. If it is delivered again, it gets the same name in new/.
std::unique_ptr<sink> build_queue_sink(const sink_settings& settings, boost::asio::io_context& worker);

} // namespace hookd::sinks
