// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace hookd {

/// Counts a detached thread, which cannot be made to end. While there is one, the process must not run static
/// destructors and exit handlers (such as OpenSSL's): what they destroy is still in use. Create it before the thread
/// starts. Any thread.
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
