// SPDX-License-Identifier: MIT
#include <hookd/core/open_files.hpp>

#include <algorithm>
#include <atomic>

namespace hookd {

namespace {

/// The soft limit before it was first raised; 0 if it was not.
std::atomic<rlim_t> soft_limit_before{0};

rlimit limit_now() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
}

} // namespace

rlim_t raise_file_limit(rlim_t wanted) {
    auto limit = limit_now();
    if (limit.rlim_cur < wanted) {
        rlim_t not_yet = 0;
        soft_limit_before.compare_exchange_strong(not_yet, limit.rlim_cur);
        limit.rlim_cur = std::min(wanted, limit.rlim_max);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit_now().rlim_cur; // a sandbox may forbid it
}

rlimit inherited_file_limit() {
    auto limit = limit_now();
    if (const auto soft = soft_limit_before.load(); soft != 0) {
        limit.rlim_cur = soft;
    }
    return limit;
}

} // namespace hookd
