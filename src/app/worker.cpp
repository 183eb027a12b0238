#include "app/worker.hpp"

#include <pthread.h>

namespace hookd::app {

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
    const std::scoped_lock lock{mutex_};
    waiting_.emplace_back(name, std::move(work));
    changed_.notify_one();
}

std::optional<worker::task> worker::running() const {
    const std::scoped_lock lock{mutex_};
    return running_;
}

bool worker::end_before(clock::time_point deadline) {
    decltype(waiting_) dropped; // destroyed without the lock: that may call whoever waits for a task
    {
        const std::scoped_lock lock{mutex_};
        ending_ = true;
        dropped.swap(waiting_);
        changed_.notify_one();
    }
    return thread_.join_before(deadline);
}

void worker::run() {
    std::unique_lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
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

} // namespace hookd::app
