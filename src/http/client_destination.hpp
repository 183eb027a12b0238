// SPDX-License-Identifier: MIT
#pragma once

#include "http/tls_context.hpp"

#include <hookd/http/client.hpp>

#include <boost/asio/generic/stream_protocol.hpp>

#include <string>
#include <vector>

namespace hookd::http {

struct destination {
    std::string host;      ///< What the server's certificate must be for.
    std::string authority; ///< What the Host field says.
    std::vector<boost::asio::generic::stream_protocol::endpoint> addresses; ///< At least one, in the order to try.
    tls_context tls;                                                        ///< Null: plain HTTP.
};

} // namespace hookd::http
