// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/file_io.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace hookd::sinks {

/// What to execute, exactly: no shell, no search in PATH, nothing of our environment.
struct program {
    std::vector<std::string> arguments;   ///< The first is also the executable's absolute path.
    std::vector<std::string> environment; ///< NAME=value
};

/// Become the child's standard streams; each above STDERR_FILENO.
struct standard_streams {
    int input;
    int output;
    int error_output;
};

/// Executes it in a process that leads its own group, in the directory `/`, with all signals at their defaults, no
/// other descriptor, and the umask and the soft limit of open files that this process was started with. Blocks until
/// the program is executed, or returns why it was not. The caller must reap the process.
io_result<pid_t> spawn(const program& what, standard_streams streams);

} // namespace hookd::sinks
