// SPDX-License-Identifier: MIT
#include <hookd/cli/command_line.hpp>

#include <exception>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

/// For jemalloc(3), if it is linked: free memory is returned to the kernel soon, and there are few arenas, so that a
/// second flood takes no more memory than the first. MALLOC_CONF in the environment takes precedence.
extern "C" const char* malloc_conf;
const char* malloc_conf = "dirty_decay_ms:500,muzzy_decay_ms:0,narenas:2";

namespace {

/// The standard streams may be closed at start; then the first files that are opened would get their numbers, and log
/// lines would go into a socket. /dev/null is opened for reading, so that writing fails and no sink takes it for
/// success.
void hold_standard_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(fd, F_GETFD) == -1) {
            open("/dev/null", O_RDONLY); // the lowest free number, which is this one
        }
    }
}

} // namespace

int main(int count, char** words) {
    hold_standard_streams();
    try {
        return hookd::cli::run_command_line(count, words);
    } catch (const std::exception& error) {
        hookd::cli::print_error(std::cerr, error.what());
        return 74; // EX_IOERR: the system is out of memory, threads or descriptors
    }
}
