// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/file_io.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace hookd::sinks {

/// What is to be executed, as it is: no shell, no search along PATH, nothing of our own environment.
struct program {
    std::vector<std::string> arguments;   ///< The first is also the executable's absolute path.
    std::vector<std::string> environment; ///< NAME=value
};

/// Becomes the child's; each above STDERR_FILENO.
struct standard_streams {
    int input;
    int output;
    int error_output;
};

/// Executes it in a process that leads a group of its own, in the directory `/`, with all signals at their defaults, no
/// other descriptor, and the umask and the soft limit of open files that this process was started with. Blocks until
/// the program has been executed; what kept it from that is the error. The caller has the process to reap.
io_result<pid_t> spawn(const program& what, standard_streams streams);

} // namespace hookd::sinks
