// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/exec/background_output.hpp"
#include "sinks/exec/process.hpp"

#include <hookd/sinks/sink.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace hookd::sinks {

/// A run of a hook: starts it, writes `input`, and reads its output.
///
/// States: running; ending, because its `timeout` has passed or the delivery was cancelled: its process group gets
/// SIGTERM, and 2 s later, or half a second after a cancellation, SIGKILL; ended. A hook that ends by itself may leave
/// background processes: they are neither signalled nor waited for, and their output goes to `background`.
///
/// Exit status 0 is `delivered`, 65 (EX_DATAERR) `reject`, all others `retry`; a program that cannot be started now,
/// and cancellation, are `unavailable`. The caller has switched off throw_if_cancelled.
boost::asio::awaitable<outcome> run_hook(program what, std::string input, std::string log_prefix,
                                         std::chrono::milliseconds timeout, background_output& background);

} // namespace hookd::sinks
