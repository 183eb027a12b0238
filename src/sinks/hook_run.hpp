#pragma once

#include "sinks/process.hpp"

#include <hookd/sinks/sink.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace hookd::sinks {

/// One execution of a hook: started, given `input`, listened to, and ended with its whole process group.
///
/// States: running; past `timeout` the group has SIGTERM, 2 s later SIGKILL; ended. When the leader has ended, whatever
/// is left of its group is killed: a hook that wants to leave something running gives it a session of its own
/// (setsid(1)). Such a process may hold the pipes open; nobody waits for it.
///
/// Exit 0 is `delivered`, 65 (EX_DATAERR) `reject`, all else `retry`; a program that cannot be started now, and
/// cancellation, which kills the group at once, are `unavailable`. The caller has switched off throw_if_cancelled.
boost::asio::awaitable<outcome> run_hook(program what, std::string input, std::string log_prefix,
                                         std::chrono::milliseconds timeout);

} // namespace hookd::sinks
