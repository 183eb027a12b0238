// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>

namespace hookd {

/// Whether a thread still responds. A watchdog posts a question to the thread, which answers in its event loop; a
/// thread is stalled for as long as the oldest question is open.
class heartbeat {
public:
    using clock = std::chrono::steady_clock;

    /// The watchdog's thread. Opens a question if none is open; then the caller must post a call of `answer`.
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
