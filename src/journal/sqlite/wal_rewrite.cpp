// SPDX-License-Identifier: MIT
#include "journal/sqlite/wal_rewrite.hpp"

#include "journal/sqlite/statement.hpp"

#include <hookd/core/unique_fd.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace hookd::journal {

namespace {

constexpr std::size_t piece_bytes = 256U << 10U;

std::unexpected<storage_error> failed(const std::string& doing) {
    return std::unexpected(storage_error{is_no_space(errno) ? storage_errc::full : storage_errc::broken,
                                         "cannot " + doing + " its write-ahead log: " + std::strerror(errno)});
}

} // namespace

storage_result<void> rewrite_wal(const std::string& path) {
    const unique_fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!file) {
        return errno == ENOENT ? storage_result<void>() : failed("open");
    }
    std::vector<char> piece(piece_bytes);
    for (off_t at = 0;;) {
        const auto got = ::pread(file.get(), piece.data(), piece.size(), at);
        if (got < 0) {
            return failed("read");
        }
        if (got == 0) {
            break;
        }
        const auto written = ::pwrite(file.get(), piece.data(), static_cast<std::size_t>(got), at);
        if (written < 0) {
            return failed("rewrite");
        }
        at += written;
    }
    return ::fdatasync(file.get()) == 0 ? storage_result<void>() : failed("sync");
}

} // namespace hookd::journal
