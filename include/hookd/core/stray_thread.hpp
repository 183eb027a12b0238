#pragma once

#include <atomic>

namespace hookd {

/// Stands for a thread that nobody waits for, because nothing can make it end. While there is one the process must not
/// take itself apart: what main() leaves to static destructors and exit handlers (OpenSSL's, for one) is still in use.
/// Made before the thread begins. Any thread.
class stray_thread {
public:
    stray_thread() { ++count; }
    stray_thread(const stray_thread&) = delete;
    stray_thread& operator=(const stray_thread&) = delete;
    ~stray_thread() { --count; }

    static bool any() { return count > 0; }

private:
    static inline std::atomic<unsigned> count{0};
};

} // namespace hookd
