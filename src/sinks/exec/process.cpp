// SPDX-License-Identifier: MIT
#include "sinks/exec/process.hpp"

#include <hookd/core/mutex.hpp>
#include <hookd/sinks/orphans.hpp>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <shared_mutex>
#include <sstream>
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

/// Above the standard streams, even if the daemon was started without them: dup2(2) in the child would otherwise
/// overwrite a descriptor before it is copied.
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

/// The children that have an owner. The id of a new one is only known when it already runs, and may have ended: so
/// orphans are not reaped while a child is being started.
class children {
public:
    template <class Start>
    io_result<pid_t> add(Start&& start) {
        const std::shared_lock starting{starting_};
        auto started = std::forward<Start>(start)();
        if (started) {
            const mutex_lock lock{mutex_};
            known_.insert(*started);
        }
        return started;
    }

    void remove(pid_t pid) {
        const mutex_lock lock{mutex_};
        known_.erase(pid);
    }

    /// Up to the first that has an owner: it may block the others until its owner has reaped it.
    void reap_strangers() {
        const std::unique_lock none_starts{starting_, std::try_to_lock};
        siginfo_t ended{};
        while (none_starts && ::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0 &&
               !is_known(ended.si_pid)) {
            ::waitid(P_PID, static_cast<id_t>(ended.si_pid), &ended, WEXITED | WNOHANG);
            ended.si_pid = 0;
        }
    }

private:
    bool is_known(pid_t pid) {
        const mutex_lock lock{mutex_};
        return known_.contains(pid);
    }

    std::shared_mutex starting_;
    mutex mutex_;
    std::set<pid_t> known_ HOOKD_GUARDED_BY(mutex_);
};

children& our_children() {
    static children all;
    return all;
}

struct seen_process {
    pid_t process = 0;
    pid_t group = 0;
};

/// Whether it lives: proc_pid_stat(5), `PID (NAME) STATE PARENT GROUP …`, where NAME may be anything.
std::optional<seen_process> look_at(const std::filesystem::path& entry) {
    std::ifstream file{entry / "stat"};
    std::string text;
    std::getline(file, text, '\0');
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) {
        return std::nullopt;
    }
    std::istringstream before{text};
    std::istringstream behind{text.substr(name_end + 1)};
    seen_process seen;
    char state = 0;
    pid_t parent = 0;
    before >> seen.process;
    behind >> state >> parent >> seen.group;
    return state == 'Z' || state == 'X' ? std::nullopt : std::optional{seen};
}

void make_non_blocking(int fd) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

} // namespace

void reap_orphans() {
    our_children().reap_strangers();
}

unique_fd process_descriptor(pid_t process) {
    return unique_fd(static_cast<int>(::syscall(SYS_pidfd_open, process, 0U)));
}

child_process::child_process(child_process&& other) noexcept : leader_(std::exchange(other.leader_, 0)) {}

child_process::~child_process() {
    if (leader_ > 0) {
        signal_group(SIGKILL);
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
    const standard_streams theirs{input->read.get(), output->write.get(), error_output->write.get()};
    const auto leader = our_children().add([&] { return spawn(what, theirs); });
    if (!leader) {
        return std::unexpected(leader.error());
    }
    child_process child(*leader);
    // Nobody else reaps our children, so the id is still valid.
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

bool child_process::leads_others() const {
    std::error_code ignored;
    for (std::filesystem::directory_iterator each("/proc", ignored), end; !ignored && each != end;
         each.increment(ignored)) {
        if (const auto seen = look_at(each->path()); seen && seen->group == leader_ && seen->process != leader_) {
            return true;
        }
    }
    return false;
}

exit_status child_process::reap() {
    siginfo_t info{};
    int answer = 0;
    do {
        answer = ::waitid(P_PID, static_cast<id_t>(leader_), &info, WEXITED);
    } while (answer < 0 && errno == EINTR);
    our_children().remove(std::exchange(leader_, 0));
    if (answer < 0) {
        return {.known = false};
    }
    return info.si_code == CLD_EXITED ? exit_status{.code = info.si_status} : exit_status{.signal = info.si_status};
}

} // namespace hookd::sinks
