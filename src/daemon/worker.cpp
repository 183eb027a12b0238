// SPDX-License-Identifier: MIT
#include "daemon/worker.hpp"

#include <pthread.h>

namespace hookd::daemon {

worker::worker() {
    thread_.start([this] {
        pthread_setname_np(pthread_self(), "hookd-worker");
        run();
    });
}

worker::~worker() {
    end_before(clock::now());
}

void worker::post(std::string_view name, std::move_only_function<void()> work) {
    const mutex_lock lock{mutex_};
    waiting_.emplace_back(name, std::move(work));
    changed_.notify_one();
}

std::optional<worker::task> worker::running() const {
    const mutex_lock lock{mutex_};
    return running_;
}

bool worker::end_before(clock::time_point deadline) {
    std::deque<std::pair<std::string_view, std::move_only_function<void()>>>
        dropped; // destroyed without the lock: that may call back code that waits for a task
    {
        const mutex_lock lock{mutex_};
        ending_ = true;
        dropped.swap(waiting_);
        changed_.notify_one();
    }
    return thread_.join_before(deadline);
}

void worker::run() {
    mutex_lock lock{mutex_};
    for (;;) {
        while (!ending_ && waiting_.empty()) {
            changed_.wait(lock);
        }
        if (ending_) {
            return;
        }
        auto [name, work] = std::move(waiting_.front());
        waiting_.pop_front();
        running_ = task{.name = name, .since = clock::now()};
        lock.unlock();
        work();
        work = nullptr;
        lock.lock();
        running_.reset();
    }
}

} // namespace hookd::daemon
