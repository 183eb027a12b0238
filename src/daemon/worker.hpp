// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>
#include <hookd/core/joinable_thread.hpp>
#include <hookd/core/mutex.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace hookd::daemon {

/// A thread for blocking tasks, one after another. Any thread may query the running task, and since when it runs: a
/// task may hang, in a file on a dead disk.
class worker {
public:
    using clock = std::chrono::steady_clock;
    using task = admin::background_task;

    /// Throws std::system_error if no thread can be created.
    worker();
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    /// Waits for the running task; queued ones are dropped.
    ~worker();

    /// The name is static text.
    void post(std::string_view name, std::move_only_function<void()> work);
    std::optional<task> running() const;
    /// Starts no more tasks. Whether the thread has ended.
    bool end_before(clock::time_point deadline);

private:
    void run();

    mutable mutex mutex_;
    condition_variable changed_;
    std::deque<std::pair<std::string_view, std::move_only_function<void()>>> waiting_ HOOKD_GUARDED_BY(mutex_);
    std::optional<task> running_ HOOKD_GUARDED_BY(mutex_);
    bool ending_ HOOKD_GUARDED_BY(mutex_) = false;

    joinable_thread thread_;
};

} // namespace hookd::daemon
