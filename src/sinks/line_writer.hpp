// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <string>
#include <system_error>

namespace hookd::sinks {

/// Writes whole lines to a descriptor that others share, without ever changing its flags (O_NONBLOCK belongs to the
/// open file description, so it would hit standard error too, where both are one) and without blocking the sink worker
/// on a reader that has stopped reading: poll(2) says when a pipe takes PIPE_BUF bytes without blocking (pipe(7)). All
/// line writers of the process take turns, so that their lines never mix.
class line_writer {
public:
    line_writer(int fd, boost::asio::io_context& worker) : fd_(fd), worker_(worker) {}

    /// `lines` is one or more whole lines. On an error, and when cancelled, some of it may be out; the next write, by
    /// whichever writer, then ends the torn line first. The caller has switched off throw_if_cancelled.
    boost::asio::awaitable<std::error_code> write(std::string lines);

private:
    boost::asio::awaitable<std::error_code> wait_writable();
    bool writable_now() const;

    int fd_;
    boost::asio::io_context& worker_;
};

} // namespace hookd::sinks
