// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>

namespace hookd {

/// Whether a thread still turns. A watchdog asks by posting to the thread, which answers when it comes round; for how
/// long the oldest question has been open is how long the thread has been silent.
class heartbeat {
public:
    using clock = std::chrono::steady_clock;

    /// The watchdog's thread. Opens a question if none is open; then the caller must post one that calls `answer`.
    bool ask(clock::time_point now) {
        if (open_.load(std::memory_order_acquire)) {
            return false;
        }
        asked_ = now;
        open_.store(true, std::memory_order_release);
        return true;
    }

    /// The watched thread.
    void answer() { open_.store(false, std::memory_order_release); }

    /// The watchdog's thread.
    std::chrono::milliseconds stalled_for(clock::time_point now) const {
        return open_.load(std::memory_order_acquire)
                   ? std::chrono::duration_cast<std::chrono::milliseconds>(now - asked_)
                   : std::chrono::milliseconds{0};
    }

private:
    std::atomic<bool> open_{false};
    clock::time_point asked_;
};

} // namespace hookd
