// SPDX-License-Identifier: MIT
#include <hookd/app/command_line.hpp>
#include <hookd/core/escape.hpp>

#include <exception>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

/// For jemalloc(3), where that is linked: what is free goes back to the kernel soon, and few arenas keep some for
/// themselves, so that a flood that comes again takes no more than the last one did. MALLOC_CONF in the environment has
/// the last word.
extern "C" const char* malloc_conf;
const char* malloc_conf = "dirty_decay_ms:500,muzzy_decay_ms:0,narenas:2";

namespace {

/// Whoever starts the program may have closed the standard streams; then the first files it opens would take their
/// numbers, and log lines would go into a socket. Reading /dev/null as output fails, so that no sink takes it for
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
        return hookd::app::run_command_line(count, words);
    } catch (const std::exception& error) {
        std::cerr << "colivara-hookd: " << hookd::escaped(error.what()) << '\n';
        return 74; // EX_IOERR: what is left over is the system refusing memory, threads or descriptors
    }
}
