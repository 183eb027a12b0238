// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace hookd {

/// The body of a response that has no length yet: its pieces are sent as they come, and the connection is closed behind
/// the last one. Used on the connection's thread, until the response has ended.
class body_stream {
public:
    virtual ~body_stream() = default;

    /// The next piece, when there is one; no value: that was the last. It is asked again once the piece is sent. An
    /// empty piece, at least every second, tells the connection that it waits: a connection that is to end then does.
    virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
};

} // namespace hookd
