// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace hookd {

/// Stands for a thread that nobody waits for, because nothing can make it end. While there is one the process must not
/// take itself apart: what main() leaves to static destructors and exit handlers (OpenSSL's, for one) is still in use.
/// Made before the thread begins. Any thread.
class detached_thread_guard {
public:
    detached_thread_guard() { ++count; }
    detached_thread_guard(const detached_thread_guard&) = delete;
    detached_thread_guard& operator=(const detached_thread_guard&) = delete;
    ~detached_thread_guard() { --count; }

    static bool any() { return count > 0; }

private:
    static inline std::atomic<unsigned> count{0};
};

} // namespace hookd
