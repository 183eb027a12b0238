// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/mutex.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <system_error>
#include <thread>

namespace hookd {

/// A thread whose end can be waited for until a deadline: one that hangs in a system call may never end. For the one
/// thread that starts, joins and detaches it.
class joinable_thread {
public:
    joinable_thread() = default;
    joinable_thread(const joinable_thread&) = delete;
    joinable_thread& operator=(const joinable_thread&) = delete;
    /// Waits for the end, however long that takes.
    ~joinable_thread() { join(); }

    /// Throws std::system_error, which says what to do, where there can be no more threads.
    void start(std::function<void()> run);
    bool started() const { return thread_.joinable(); }

    /// Whether the thread has ended, or was never started.
    bool join_before(std::chrono::steady_clock::time_point deadline);
    void join();
    /// Instead of waiting any longer. What the thread uses must live as long as it does.
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

/// Makes a call that may hang on a thread of its own. Whether it returned in time; else that thread is left behind, so
/// the call must own what it uses. Where there can be no thread it is made here.
bool returns_before(std::chrono::steady_clock::time_point deadline, std::function<void()> call);

/// std::system_error in words that say what to do.
std::system_error no_thread(const std::system_error& why);

} // namespace hookd
