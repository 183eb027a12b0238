// SPDX-License-Identifier: MIT
// A disk that fails on order, for the two files of a journal. Put before libc by LD_PRELOAD:
//
//   HOOKD_DISK_JOURNAL  the journal's path
//   HOOKD_DISK_KEPT     a directory in which this keeps what a power failure would leave of the files: what was written
//                       before a sync that succeeded, and nothing else. The real files are what the kernel has cached
//   HOOKD_DISK_FAULT    "sync 3 eio": what goes wrong, once, at the third sync of this process; KEPT/struck tells that
//                       it has. For a sync: eio, die, tear (half of it reaches the disk, then death);
//                       for a write: eio, enospc, short, die (half of it is written, then death)
//
// After a failed sync the kernel takes the pages for clean: no later sync writes them. So it is here, and also for what
// an earlier process left without a sync.

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

struct range {
    off_t at;
    std::size_t size;
};

struct file {
    std::string path;
    std::string kept;
    std::vector<range> dirty;
};

std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

class disk {
public:
    disk() {
        std::istringstream(environment("HOOKD_DISK_FAULT")) >> struck_call_ >> countdown_ >> fault_;
        for (const char* const suffix : {"", "-wal"}) {
            files_.push_back({journal_ + suffix, kept_ + "/journal.db" + suffix, {}});
        }
    }

    int sync(int descriptor) {
        const std::lock_guard held{mutex_};
        auto* const which = find(descriptor);
        if (which == nullptr) {
            return static_cast<int>(::syscall(SYS_fsync, descriptor));
        }
        const auto fault = next("sync");
        if (fault == "eio") {
            which->dirty.clear();
            errno = EIO;
            return -1;
        }
        if (fault == "tear") {
            which->dirty.resize(which->dirty.size() / 2);
        }
        if (fault != "die") {
            keep(*which, descriptor);
        }
        if (!fault.empty()) {
            die();
        }
        return 0;
    }

    ssize_t write(int descriptor, const void* bytes, std::size_t size, off_t at) {
        const std::lock_guard held{mutex_};
        auto* const which = find(descriptor);
        const bool reserves = size == 1; // space, a byte a block; SQLite itself takes it for a hint
        const auto fault = which == nullptr || reserves ? "" : next("write");
        if (fault == "eio" || fault == "enospc") {
            errno = fault == "eio" ? EIO : ENOSPC;
            return -1;
        }
        const auto written = ::syscall(SYS_pwrite64, descriptor, bytes, fault.empty() ? size : (size + 1) / 2, at);
        if (fault == "die") {
            die();
        }
        if (which != nullptr && written > 0) {
            which->dirty.push_back({at, static_cast<std::size_t>(written)});
        }
        return written;
    }

private:
    file* find(int descriptor) {
        std::array<char, PATH_MAX> name{};
        const auto link = "/proc/self/fd/" + std::to_string(descriptor);
        const auto size = ::readlink(link.c_str(), name.data(), name.size());
        const std::string_view path{name.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
        for (auto& one : files_) {
            if (one.path == path) {
                return &one;
            }
        }
        return nullptr;
    }

    std::string next(std::string_view call) {
        if (call != struck_call_ || --countdown_ != 0) {
            return "";
        }
        ::close(::open((kept_ + "/struck").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        return fault_;
    }

    // Also the size, which a sync writes with the data.
    static void keep(file& which, int descriptor) {
        const int copy = ::open(which.kept.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        std::vector<char> bytes;
        for (const auto& [at, size] : std::exchange(which.dirty, {})) {
            bytes.resize(size);
            const auto got = ::pread(descriptor, bytes.data(), size, at);
            if (got > 0 && ::syscall(SYS_pwrite64, copy, bytes.data(), got, at) != got) {
                std::abort();
            }
        }
        struct stat status{};
        if (::fstat(descriptor, &status) != 0 || ::syscall(SYS_ftruncate, copy, status.st_size) != 0) {
            std::abort();
        }
        ::close(copy);
    }

    [[noreturn]] static void die() {
        ::kill(::getpid(), SIGKILL);
        std::abort();
    }

    std::mutex mutex_;
    std::string journal_ = environment("HOOKD_DISK_JOURNAL");
    std::string kept_ = environment("HOOKD_DISK_KEPT");
    std::vector<file> files_;
    std::string struck_call_;
    std::string fault_;
    long countdown_ = 0;
};

disk& the_disk() {
    static auto* const made = new disk; // never destroyed: others may write until the process is gone
    return *made;
}

} // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the names are libc's
extern "C" int fsync(int descriptor) {
    return the_disk().sync(descriptor);
}
extern "C" int fdatasync(int descriptor) {
    return the_disk().sync(descriptor);
}
extern "C" ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t at) {
    return the_disk().write(descriptor, bytes, size, at);
}
extern "C" ssize_t pwrite64(int descriptor, const void* bytes, std::size_t size, off_t at) {
    return the_disk().write(descriptor, bytes, size, at);
}
// NOLINTEND(bugprone-reserved-identifier)
