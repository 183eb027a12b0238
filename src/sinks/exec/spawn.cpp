// SPDX-License-Identifier: MIT
#include "sinks/exec/spawn.hpp"

#include <hookd/core/open_files.hpp>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hookd::sinks {
namespace {

/// The child writes here why it could not execute the program; executing closes it.
constexpr int report = STDERR_FILENO + 1;

/// What the child may use.
struct instructions {
    const char* path;
    char* const* arguments;
    char* const* environment;
    standard_streams streams;
    int report;
    rlimit files;
};

/// execve(2) takes char* for historical reasons and does not write to it.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (const auto& each : texts) {
        all.push_back(const_cast<char*>(each.c_str()));
    }
    all.push_back(nullptr);
    return all;
}

/// In the child of vfork(2), which has the memory of this process and only one of its threads: only async-signal-safe
/// calls (signal-safety(7)). Returns if it fails.
void execute(const instructions& what) noexcept {
    struct sigaction by_default{};
    for (int signal = 1; signal < NSIG; ++signal) { // an ignored SIGPIPE would be inherited
        ::sigaction(signal, &by_default, nullptr);
    }
    const bool ready = ::setpgid(0, 0) == 0 && ::dup2(what.streams.input, STDIN_FILENO) >= 0 &&
                       ::dup2(what.streams.output, STDOUT_FILENO) >= 0 &&
                       ::dup2(what.streams.error_output, STDERR_FILENO) >= 0 &&
                       (what.report == report || ::dup3(what.report, report, O_CLOEXEC) >= 0);
    if (ready) {
        ::closefrom(report + 1); // ours are O_CLOEXEC; a library's might not be
        if (::chdir("/") == 0) {
            ::setrlimit(RLIMIT_NOFILE, &what.files); // if a sandbox forbids it, it was not raised either
            sigset_t none{};
            ::sigemptyset(&none);
            ::sigprocmask(SIG_SETMASK, &none, nullptr);
            ::execve(what.path, what.arguments, what.environment);
        }
    }
    const int error = errno;
    static_cast<void>(!::write(ready ? report : what.report, &error, sizeof error));
}

} // namespace

io_result<pid_t> spawn(const program& what, standard_streams streams) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return std::unexpected(last_error());
    }
    const unique_fd reported(ends[0]);
    unique_fd reporting(ends[1]);
    const auto arguments = pointers(what.arguments);
    const auto environment = pointers(what.environment);
    const instructions orders{
        what.arguments.front().c_str(), arguments.data(), environment.data(), streams, reporting.get(),
        inherited_file_limit()};
    // None of our handlers may run in the child.
    sigset_t every{};
    sigset_t before{};
    ::sigfillset(&every);
    ::pthread_sigmask(SIG_SETMASK, &every, &before);
    // fork(2) would copy all page tables for each hook; posix_spawn(3) cannot set limits.
    // NOLINTBEGIN(bugprone-unsafe-functions, clang-analyzer-security.insecureAPI.vfork, clang-analyzer-unix.Vfork):
    // glibc's posix_spawn does the same
    const pid_t child = ::vfork();
    if (child == 0) {
        execute(orders);
        ::_exit(127);
    }
    // NOLINTEND(bugprone-unsafe-functions, clang-analyzer-security.insecureAPI.vfork, clang-analyzer-unix.Vfork)
    int error = child < 0 ? errno : 0;
    reporting.reset();
    if (child > 0 && ::read(reported.get(), &error, sizeof error) == sizeof error) {
        ::waitpid(child, nullptr, 0);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) {
        return std::unexpected(std::error_code(error, std::system_category()));
    }
    return child;
}

} // namespace hookd::sinks
