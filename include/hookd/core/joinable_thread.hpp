// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/mutex.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <system_error>
#include <thread>

namespace hookd {

/// A thread that can be joined with a deadline, because a thread that hangs in a system call may never end. Start, join
/// and detach it from the same thread.
class joinable_thread {
public:
    joinable_thread() = default;
    joinable_thread(const joinable_thread&) = delete;
    joinable_thread& operator=(const joinable_thread&) = delete;
    /// Joins it, without a deadline.
    ~joinable_thread() { join(); }

    /// Throws std::system_error, which says what to do, if no thread can be created.
    void start(std::function<void()> run);
    bool started() const { return thread_.joinable(); }

    /// Whether the thread has ended, or was never started.
    bool join_before(std::chrono::steady_clock::time_point deadline);
    void join();
    /// Instead of waiting any longer. What the thread uses must live as long as the thread.
    void detach();

private:
    struct end {
        hookd::mutex mutex;
        condition_variable changed;
        bool came HOOKD_GUARDED_BY(mutex) = false;
    };

    std::thread thread_;
    std::shared_ptr<end> end_ = std::make_shared<end>();
};

/// Runs a call that may hang in a thread of its own. False if it did not return in time; then that thread is detached,
/// so the call must own what it uses. If no thread can be created, the call runs here.
bool returns_before(std::chrono::steady_clock::time_point deadline, const std::function<void()>& call);

/// The std::system_error with a text that says what to do.
std::system_error no_thread(const std::system_error& why);

} // namespace hookd
