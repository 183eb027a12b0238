#include "sinks/process.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace hookd::sinks {
namespace {

struct pipe_ends {
    unique_fd read;
    unique_fd write;
};

/// Above the standard streams, even where the daemon was started without them: dup2(2) in the child would otherwise
/// overwrite what it has yet to copy.
io_result<unique_fd> above_standard_streams(unique_fd fd) {
    if (fd.get() > STDERR_FILENO) {
        return fd;
    }
    unique_fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!moved) {
        return std::unexpected(last_error());
    }
    return moved;
}

io_result<pipe_ends> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return std::unexpected(last_error());
    }
    pipe_ends made{unique_fd(ends[0]), unique_fd(ends[1])};
    auto read = above_standard_streams(std::move(made.read));
    auto write = above_standard_streams(std::move(made.write));
    if (!read || !write) {
        return std::unexpected(read ? write.error() : read.error());
    }
    return pipe_ends{std::move(*read), std::move(*write)};
}

/// posix_spawn's two objects. Filling them can only fail for want of memory, which spawn then reports by itself.
class spawn_plan {
public:
    spawn_plan(int input, int output, int error_output) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, error_output, STDERR_FILENO);
        // Ours are O_CLOEXEC; a library's might not be.
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        ::posix_spawn_file_actions_addchdir_np(&actions_, "/");

        sigset_t every{};
        sigset_t none{};
        ::sigfillset(&every);
        ::sigemptyset(&none);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setsigdefault(&attributes_, &every); // an ignored SIGPIPE would be inherited
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setflags(&attributes_,
                                   POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    spawn_plan(const spawn_plan&) = delete;
    spawn_plan& operator=(const spawn_plan&) = delete;
    ~spawn_plan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    io_result<pid_t> spawn(const program& what) const {
        const auto arguments = pointers(what.arguments);
        const auto environment = pointers(what.environment);
        pid_t leader = 0;
        const int fault = ::posix_spawn(&leader, what.arguments.front().c_str(), &actions_, &attributes_,
                                        arguments.data(), environment.data());
        if (fault != 0) {
            return std::unexpected(std::error_code(fault, std::system_category()));
        }
        return leader;
    }

private:
    /// execve(2) takes char* for history's sake and does not write to it.
    static std::vector<char*> pointers(const std::vector<std::string>& texts) {
        std::vector<char*> all;
        all.reserve(texts.size() + 1);
        for (const auto& each : texts) {
            all.push_back(const_cast<char*>(each.c_str()));
        }
        all.push_back(nullptr);
        return all;
    }

    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

void make_non_blocking(int fd) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

} // namespace

unique_fd process_descriptor(pid_t process) {
    return unique_fd(static_cast<int>(::syscall(SYS_pidfd_open, process, 0U)));
}

child_process::child_process(child_process&& other) noexcept : leader_(std::exchange(other.leader_, 0)) {}

child_process::~child_process() {
    if (leader_ > 0) {
        reap();
    }
}

io_result<child_process> child_process::start(const program& what, ends& ours) {
    auto input = make_pipe();
    auto output = make_pipe();
    auto error_output = make_pipe();
    for (const auto* each : {&input, &output, &error_output}) {
        if (!*each) {
            return std::unexpected(each->error());
        }
    }
    const auto leader = spawn_plan(input->read.get(), output->write.get(), error_output->write.get()).spawn(what);
    if (!leader) {
        return std::unexpected(leader.error());
    }
    child_process child(*leader);
    // Nobody else reaps our children, so the number still means this one.
    unique_fd ended = process_descriptor(*leader);
    if (!ended) {
        return std::unexpected(last_error());
    }
    ours = {std::move(input->write), std::move(output->read), std::move(error_output->read), std::move(ended)};
    for (const auto* each : {&ours.input, &ours.output, &ours.error_output}) {
        make_non_blocking(each->get());
    }
    return child;
}

void child_process::signal_group(int signal) const {
    if (leader_ > 0) {
        ::kill(-leader_, signal);
        if (::getpgid(leader_) != leader_) { // it has left its group
            ::kill(leader_, signal);
        }
    }
}

exit_status child_process::reap() {
    signal_group(SIGKILL);
    siginfo_t info{};
    int answer = 0;
    do {
        answer = ::waitid(P_PID, static_cast<id_t>(leader_), &info, WEXITED);
    } while (answer < 0 && errno == EINTR);
    leader_ = 0;
    if (answer < 0) {
        return {.known = false};
    }
    return info.si_code == CLD_EXITED ? exit_status{.code = info.si_status} : exit_status{.signal = info.si_status};
}

} // namespace hookd::sinks
