// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <string>
#include <system_error>

namespace hookd::sinks {

/// Writes whole lines to a descriptor that others share, without changing its flags (O_NONBLOCK belongs to the open
/// file description, so it would also affect standard error if both are the same) and without blocking the sink worker
/// if the reader stops reading: poll(2) tells when a pipe accepts PIPE_BUF bytes without blocking (pipe(7)). All line
/// writers of the process take turns, so that their lines never mix.
class line_writer {
public:
    line_writer(int fd, boost::asio::io_context& worker) : fd_(fd), worker_(worker) {}

    /// `lines` is one or more whole lines. On an error, and when cancelled, a part may have been written; the next
    /// write, of any writer, then ends the partial line first. The caller has switched off throw_if_cancelled.
    boost::asio::awaitable<std::error_code> write(std::string lines);

private:
    boost::asio::awaitable<std::error_code> wait_writable();
    bool writable_now() const;

    int fd_;
    boost::asio::io_context& worker_;
};

} // namespace hookd::sinks
