// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/sink_worker.hpp"

#include <fcntl.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>

namespace sinks_test {

/// A real disk of 64 KiB to fill: a tmpfs, which only root may mount.
class small_disk {
public:
    small_disk() { mounted_ = ::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=64k,mode=0750") == 0; }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;
    ~small_disk() {
        if (mounted_) {
            ::umount2(path().c_str(), MNT_DETACH);
        }
    }

    /// False, with a message, where this user may not mount.
    bool there() const {
        if (!mounted_) {
            WARN("skipped: a full disk needs the right to mount a tmpfs (run as root)");
        }
        return mounted_;
    }

    std::string path() const { return below_.path(); }

    /// Leaves not a single byte.
    void fill() const {
        const int fd = ::open((path() + "/filler").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        REQUIRE(fd >= 0);
        const std::string page(4096, 'x');
        while (::write(fd, page.data(), page.size()) > 0) {
        }
        ::close(fd);
    }
    void free() const { fs::remove(path() + "/filler"); }

private:
    temporary_directory below_;
    bool mounted_ = false;
};

} // namespace sinks_test
