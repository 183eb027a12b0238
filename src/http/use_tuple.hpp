#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hookd::http {

/// Awaits an operation and gives back its error beside its results, instead of throwing it.
constexpr auto use_tuple = boost::asio::as_tuple(boost::asio::use_awaitable);

} // namespace hookd::http
