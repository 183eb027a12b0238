// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

namespace hookd::http {

/// With it, `co_await` on an operation returns its error beside its results instead of throwing it. Deferred, because
/// `use_awaitable` makes a coroutine of each operation; the operation must be awaited where it is created.
constexpr auto use_tuple = boost::asio::as_tuple(boost::asio::deferred);

} // namespace hookd::http
