// SPDX-License-Identifier: MIT
#pragma once

#include <catch2/catch.hpp>

#include <csignal>
#include <sys/resource.h>

/// While it lives, for the whole process: what would make a file larger than that fails with EFBIG.
class file_size_limit {
public:
    explicit file_size_limit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN); // else the write ends the process
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        const rlimit lower{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &lower) == 0);
    }
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;
    ~file_size_limit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};
