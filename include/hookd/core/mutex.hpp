// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

/// Locks checked by clang (-Wthread-safety): data guarded by a mutex is marked HOOKD_GUARDED_BY, a function that
/// expects it locked HOOKD_REQUIRES, and access without the lock does not compile. libstdc++'s types have no such
/// annotations, so use these instead. Other compilers check nothing. A lambda is checked like a separate function: wait
/// in a loop, not with a predicate.
#ifdef __clang__
#define HOOKD_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define HOOKD_THREAD_SAFETY(attribute)
#endif

#define HOOKD_GUARDED_BY(mutex) HOOKD_THREAD_SAFETY(guarded_by(mutex))
#define HOOKD_REQUIRES(...) HOOKD_THREAD_SAFETY(requires_capability(__VA_ARGS__))
/// Unlocks the given lock before it returns.
#define HOOKD_RELEASES(lock) HOOKD_THREAD_SAFETY(release_capability(lock))

namespace hookd {

class HOOKD_THREAD_SAFETY(capability("mutex")) mutex {
public:
    /// For a thread that must not wait; a mutex_lock takes over the lock (`std::adopt_lock`).
    bool try_lock() HOOKD_THREAD_SAFETY(try_acquire_capability(true)) { return native_.try_lock(); }

private:
    friend class mutex_lock;
    std::mutex native_;
};

/// Holds a mutex for a scope. For the thread that made it.
class HOOKD_THREAD_SAFETY(capability("lock")) HOOKD_THREAD_SAFETY(scoped_lockable) mutex_lock {
public:
    explicit mutex_lock(mutex& what) HOOKD_THREAD_SAFETY(acquire_capability(what)) : held_{what.native_} {}
    mutex_lock(mutex& what, std::adopt_lock_t taken) HOOKD_REQUIRES(what) : held_{what.native_, taken} {}
    mutex_lock(const mutex_lock&) = delete;
    mutex_lock& operator=(const mutex_lock&) = delete;
    ~mutex_lock() HOOKD_THREAD_SAFETY(release_capability()) = default;

    void lock() HOOKD_THREAD_SAFETY(acquire_capability()) { held_.lock(); }
    void unlock() HOOKD_THREAD_SAFETY(release_capability()) { held_.unlock(); }

private:
    friend class condition_variable;
    std::unique_lock<std::mutex> held_;
};

/// Each wait unlocks the mutex and locks it again before it returns; it may return spuriously.
class condition_variable {
public:
    using clock = std::chrono::steady_clock;

    void wait(mutex_lock& held) { native_.wait(held.held_); }
    void wait_until(mutex_lock& held, clock::time_point end) { native_.wait_until(held.held_, end); }
    void notify_one() { native_.notify_one(); }
    void notify_all() { native_.notify_all(); }

private:
    std::condition_variable native_;
};

} // namespace hookd
