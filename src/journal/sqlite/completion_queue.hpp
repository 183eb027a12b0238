// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/mutex.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/intrusive/list.hpp>

#include <memory>

namespace hookd::journal {

/// A suspended coroutine that waits for a result from the journal. Owned by the completion_queue of its execution
/// context.
class waiter : public boost::intrusive::list_base_hook<> {
public:
    waiter() = default;
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    virtual ~waiter() = default;

    /// Resumes the coroutine. Called on a thread of its context; `here` is the executor that thread runs under.
    virtual void resume(std::unique_ptr<waiter> self, const boost::asio::any_io_executor& here) = 0;
};

/// The coroutines of one execution context that wait for the journal. Results are collected here from the journal's
/// thread and delivered by one function that is posted to the context, so that waking it costs one system call per
/// commit. If the context is destroyed first, its waiters are destroyed with it, and later results for them are
/// dropped.
class completion_queue : public std::enable_shared_from_this<completion_queue> {
public:
    using executor = boost::asio::any_io_executor;

    /// The completion_queue of the context that `where` belongs to.
    static std::shared_ptr<completion_queue> of(const executor& where);

    /// False: the context is ending; the waiter is gone.
    bool add(std::unique_ptr<waiter> who, const executor& where);

    /// Completes `who`, which must have been added and not been completed yet. It resumes after `wake`.
    template <class Waiter, class Value>
    void put(Waiter& who, Value&& value) {
        const mutex_lock guard(mutex_);
        if (closed_) {
            return;
        }
        who.value = std::forward<Value>(value);
        waiting_.erase(waiting_.iterator_to(who));
        answered_.push_back(who);
    }
    void wake();

    /// The context is ending: destroys every waiter.
    void close();

private:
    using waiters = boost::intrusive::list<waiter, boost::intrusive::constant_time_size<false>>;
    void hand_out();

    mutex mutex_;
    waiters waiting_ HOOKD_GUARDED_BY(mutex_);
    waiters answered_ HOOKD_GUARDED_BY(mutex_);
    executor executor_ HOOKD_GUARDED_BY(mutex_);
    bool posted_ HOOKD_GUARDED_BY(mutex_) = false;
    bool closed_ HOOKD_GUARDED_BY(mutex_) = false;
};

} // namespace hookd::journal
