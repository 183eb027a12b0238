// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/mutex.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/intrusive/list.hpp>

#include <memory>

namespace hookd::journal {

/// A suspended coroutine that waits for an answer of the journal's. It belongs to the completion_queue of its execution
/// context.
class waiter : public boost::intrusive::list_base_hook<> {
public:
    waiter() = default;
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    virtual ~waiter() = default;

    /// Goes on with the coroutine. Called on a thread of its context; `here` is the executor that thread runs under.
    virtual void resume(std::unique_ptr<waiter> self, const boost::asio::any_io_executor& here) = 0;
};

/// The coroutines of one execution context that wait for the journal. Answers are gathered here from the journal's
/// thread and handed out by one function that is posted to the context, so that waking it costs one system call for a
/// whole commit. When the context ends first, its waiters end with it, and later answers to them go nowhere.
class completion_queue : public std::enable_shared_from_this<completion_queue> {
public:
    using executor = boost::asio::any_io_executor;

    /// The completion_queue of the context that `where` belongs to.
    static std::shared_ptr<completion_queue> of(const executor& where);

    /// False: the context is ending; the waiter is gone.
    bool add(std::unique_ptr<waiter> who, const executor& where);

    /// Gives `who`, which must have been added and not been answered yet, its answer. It goes on after `wake`.
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
