// SPDX-License-Identifier: MIT
#pragma once

namespace hookd {

/// Exit codes of the process, from sysexits.h(3head) where it has one.
enum exit_code : int {
    exit_done = 0,
    exit_no = 1,
    exit_usage = 2,
    exit_unreachable = 69, ///< EX_UNAVAILABLE: the daemon, or the receiver of `send`
    exit_io = 74,          ///< EX_IOERR
    exit_config = 78,      ///< EX_CONFIG
    exit_timed_out = 124,  ///< As timeout(1) has it.
};

} // namespace hookd
