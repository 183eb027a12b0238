// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/http/client/client.hpp>
#include <hookd/http/transport/transport.hpp>

#include <boost/asio/generic/stream_protocol.hpp>

#include <string>
#include <vector>

namespace hookd::http {

struct destination {
    std::string host;      ///< The name that the server's certificate must have.
    std::string authority; ///< The value of the Host field.
    std::vector<boost::asio::generic::stream_protocol::endpoint> addresses; ///< At least one, in the order of attempts.
    tls_context tls;                                                        ///< Null: plain HTTP.
};

} // namespace hookd::http
