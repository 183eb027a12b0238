// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/background_output.hpp"
#include "sinks/process.hpp"

#include <hookd/sinks/sink.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace hookd::sinks {

/// One execution of a hook: started, given `input`, and listened to.
///
/// States: running; told to end, because its `timeout` has passed or the delivery was cancelled: its process group has
/// SIGTERM, and 2 s later, or half a second after the cancellation, SIGKILL; ended. A hook that ends by itself,
/// however, may leave processes running: nobody signals them, nobody waits for them, and what they print goes on to
/// `background`.
///
/// Exit 0 is `delivered`, 65 (EX_DATAERR) `reject`, all else `retry`; a program that cannot be started now, and
/// cancellation, are `unavailable`. The caller has switched off throw_if_cancelled.
boost::asio::awaitable<outcome> run_hook(program what, std::string input, std::string log_prefix,
                                         std::chrono::milliseconds timeout, background_output& background);

} // namespace hookd::sinks
