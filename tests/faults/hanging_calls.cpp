// SPDX-License-Identifier: MIT
// System calls that do not return, and threads that are not to be had, as on a dead mount or at a limit. Put before
// libc by LD_PRELOAD; HOOKD_HANGING_CALLS names a file of two pages that tests/harness/hanging_calls.py writes while
// the process runs.
//
// The first page holds rules, a line each. "write events.jsonl": a write to a file whose path holds that text does not
// return before the rule is gone; likewise open, stat, sync, rename, spawn (of a program) and lookup (of a host's
// name). "wait": the main thread does not begin to wait for events. "thread": no thread can be made; "thread 3": none
// after the third of this process. The second page begins with the number of calls that hang now.

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr std::size_t page = 4096;

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

class rules {
public:
    rules() {
        const char* const path = std::getenv("HOOKD_HANGING_CALLS");
        const auto file =
            path == nullptr ? -1 : static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC));
        if (file < 0) {
            return;
        }
        void* const mapped = ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        ::close(file);
        if (mapped != MAP_FAILED) {
            text_ = static_cast<const char*>(mapped);
            hanging_ = reinterpret_cast<std::atomic<std::uint32_t>*>(static_cast<char*>(mapped) + page);
        }
    }

    /// Whether there is a rule for the call, the rest of whose line fits.
    template <class Fits>
    bool any(std::string_view call, Fits fits) const {
        const std::string copy = text_ == nullptr ? "" : std::string{text_, ::strnlen(text_, page)};
        std::string_view rest = copy;
        while (!rest.empty()) {
            const auto line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            const auto word = line.substr(0, line.find(' '));
            if (word == call && fits(line.substr(std::min(word.size() + 1, line.size())))) {
                return true;
            }
        }
        return false;
    }

    /// Returns when the call may go on.
    void pass(std::string_view call, std::string_view object) const {
        const auto fits = [&](std::string_view part) { return object.find(part) != std::string_view::npos; };
        if (text_ == nullptr || !any(call, fits)) {
            return;
        }
        ++*hanging_;
        while (any(call, fits)) {
            ::usleep(2'000);
        }
        --*hanging_;
    }

private:
    const char* text_ = nullptr;
    std::atomic<std::uint32_t>* hanging_ = nullptr;
};

rules& all() {
    static auto* const one = new rules; // never destroyed: threads outlive main
    return *one;
}

void pass_file(std::string_view call, int descriptor) {
    const auto before = errno;
    std::array<char, PATH_MAX> name{};
    const auto link = "/proc/self/fd/" + std::to_string(descriptor);
    const auto size = ::readlink(link.c_str(), name.data(), name.size());
    if (size > 0) {
        all().pass(call, {name.data(), static_cast<std::size_t>(size)});
    }
    errno = before;
}

std::atomic<unsigned> threads_made{0};

} // namespace

extern "C" {

int open64(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = va_arg(rest, mode_t);
    va_end(rest);
    all().pass("open", path);
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = va_arg(rest, mode_t);
    va_end(rest);
    return open64(path, flags, mode);
}

int epoll_wait(int descriptor, epoll_event* events, int most, int timeout) {
    static auto* const real = next<int(int, epoll_event*, int, int)>("epoll_wait");
    if (::getpid() == static_cast<pid_t>(::syscall(SYS_gettid))) {
        all().pass("wait", "");
    }
    return real(descriptor, events, most, timeout);
}

int openat(int directory, const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = va_arg(rest, mode_t);
    va_end(rest);
    all().pass("open", path);
    return static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
}

FILE* fopen64(const char* path, const char* mode) {
    all().pass("open", path);
    return next<FILE*(const char*, const char*)>("fopen64")(path, mode);
}

FILE* fopen(const char* path, const char* mode) {
    all().pass("open", path);
    return next<FILE*(const char*, const char*)>("fopen")(path, mode);
}

int stat(const char* path, struct stat* info) {
    all().pass("stat", path);
    return ::fstatat(AT_FDCWD, path, info, 0);
}

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
    pass_file("write", descriptor);
    return ::syscall(SYS_write, descriptor, bytes, size);
}

int fsync(int descriptor) {
    pass_file("sync", descriptor);
    return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

int fdatasync(int descriptor) {
    pass_file("sync", descriptor);
    return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

int renameat(int from, const char* old_name, int to, const char* new_name) {
    all().pass("rename", new_name);
    return static_cast<int>(::syscall(SYS_renameat2, from, old_name, to, new_name, 0));
}

/// In the child of vfork(2), which nobody would end once the thread that waits for it is gone.
int execve(const char* path, char* const arguments[], char* const environment[]) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    all().pass("spawn", path);
    ::prctl(PR_SET_PDEATHSIG, 0);
    return static_cast<int>(::syscall(SYS_execve, path, arguments, environment));
}

int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** found) {
    all().pass("lookup", host == nullptr ? "" : host);
    return next<int(const char*, const char*, const addrinfo*, addrinfo**)>("getaddrinfo")(host, service, hints, found);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*), void* argument) {
    const bool none = all().any("thread", [](std::string_view most) {
        unsigned number = 0;
        std::from_chars(most.data(), most.data() + most.size(), number);
        return threads_made >= number;
    });
    if (none) {
        return EAGAIN;
    }
    ++threads_made;
    return next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create")(thread, attributes,
                                                                                                   run, argument);
}
}
