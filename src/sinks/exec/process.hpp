// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/exec/spawn.hpp"
#include "sinks/file_io.hpp"

#include <sys/types.h>

namespace hookd::sinks {

/// How a process ended.
struct exit_status {
    bool known = true; ///< False if the status was lost (SIGCHLD ignored).
    int code = 0;      ///< Of exit(3), if `signal` is 0.
    int signal = 0;
};

/// pidfd_open(2): readable when the process has ended. None, with errno set, if it fails. (glibc 2.36 declares its own
/// wrapper without C linkage.)
unique_fd process_descriptor(pid_t process);

/// A child process that leads its own process group, as started by `spawn`. The id of the group cannot be reused before
/// the leader is reaped, so signals are only sent before that. Destroying a child that was not reaped kills its group
/// and waits for the leader.
class child_process {
public:
    child_process() = default;
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    child_process(child_process&& other) noexcept;
    child_process& operator=(child_process&&) = delete;
    ~child_process();

    /// Our ends of its standard streams, non-blocking, and a descriptor that is readable when it has ended.
    struct ends {
        unique_fd input;
        unique_fd output;
        unique_fd error_output;
        unique_fd ended;
    };

    /// Blocks until the program is executed, or returns why it was not. Fills `ours`.
    static io_result<child_process> start(const program& what, ends& ours);

    /// To every process of the group.
    void signal_group(int signal) const;

    /// Whether another process of the group lives, as far as /proc shows them.
    bool leads_others() const;

    /// Takes the status. The leader must have ended; the rest of its group continues.
    exit_status reap();

private:
    explicit child_process(pid_t leader) : leader_(leader) {}

    pid_t leader_ = 0; // 0: none, or reaped
};

} // namespace hookd::sinks
