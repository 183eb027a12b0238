// SPDX-License-Identifier: MIT
#include <hookd/core/detached_thread_guard.hpp>
#include <hookd/core/joinable_thread.hpp>

#include <utility>

namespace hookd {

void joinable_thread::start(std::function<void()> run) {
    try {
        thread_ = std::thread{[own = end_, run = std::move(run)] {
            run();
            const mutex_lock lock{own->mutex};
            own->came = true;
            own->changed.notify_all();
        }};
    } catch (const std::system_error& why) {
        throw no_thread(why);
    }
}

bool joinable_thread::join_before(std::chrono::steady_clock::time_point deadline) {
    if (!thread_.joinable()) {
        return true;
    }
    {
        mutex_lock lock{end_->mutex};
        while (!end_->came) {
            if (std::chrono::steady_clock::now() >= deadline) {
                return false;
            }
            end_->changed.wait_until(lock, deadline);
        }
    }
    thread_.join();
    return true;
}

void joinable_thread::join() {
    if (thread_.joinable()) {
        thread_.join();
    }
}

void joinable_thread::detach() {
    thread_.detach();
}

bool returns_before(std::chrono::steady_clock::time_point deadline, const std::function<void()>& call) {
    joinable_thread beside;
    try {
        beside.start([call, stray = std::make_shared<detached_thread_guard>()] { call(); });
    } catch (const std::system_error&) {
        call();
        return true;
    }
    if (beside.join_before(deadline)) {
        return true;
    }
    beside.detach();
    return false;
}

std::system_error no_thread(const std::system_error& why) {
    return std::system_error{why.code(), "cannot start a thread; raise the limit of processes (TasksMax=, ulimit -u)"};
}

} // namespace hookd
