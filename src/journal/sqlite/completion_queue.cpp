// SPDX-License-Identifier: MIT
#include "journal/sqlite/completion_queue.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>

#include <utility>

namespace asio = boost::asio;

namespace hookd::journal {

namespace {

// Services are shut down when their context is destroyed, newest first and so before the one that holds posted work.
class mailbox_service : public asio::execution_context::service {
public:
    using key_type = mailbox_service;
    static inline asio::execution_context::id id;

    explicit mailbox_service(asio::execution_context& context)
        : asio::execution_context::service(context), box_(std::make_shared<completion_queue>()) {}
    const std::shared_ptr<completion_queue>& box() const { return box_; }

private:
    void shutdown() override { box_->close(); }

    std::shared_ptr<completion_queue> box_;
};

} // namespace

std::shared_ptr<completion_queue> completion_queue::of(const executor& where) {
    auto& context = asio::query(where, asio::execution::context);
    return asio::use_service<mailbox_service>(context).box();
}

bool completion_queue::add(std::unique_ptr<waiter> who, const executor& where) {
    const mutex_lock guard(mutex_);
    if (closed_) {
        return false;
    }
    if (!executor_) {
        executor_ = where;
    }
    waiting_.push_back(*who.release());
    return true;
}

void completion_queue::wake() {
    // Under the lock: once `close` has it, the context may not be touched any more.
    const mutex_lock guard(mutex_);
    if (closed_ || posted_ || answered_.empty()) {
        return;
    }
    posted_ = true;
    asio::post(executor_, [self = shared_from_this()] { self->hand_out(); });
}

void completion_queue::hand_out() {
    waiters ready;
    executor here;
    {
        const mutex_lock guard(mutex_);
        posted_ = false;
        ready.swap(answered_);
        here = executor_;
    }
    try {
        while (!ready.empty()) {
            std::unique_ptr<waiter> next(&ready.front());
            ready.pop_front();
            auto& who = *next;
            who.resume(std::move(next), here);
        }
    } catch (...) {
        // An exception from one completion handler leaves through the context's run(); the others must still be called.
        {
            const mutex_lock guard(mutex_);
            answered_.splice(answered_.begin(), ready);
        }
        wake();
        throw;
    }
}

void completion_queue::close() {
    waiters ending;
    executor last;
    {
        const mutex_lock guard(mutex_);
        closed_ = true;
        ending.swap(waiting_);
        ending.splice(ending.end(), answered_);
        last = std::exchange(executor_, executor());
    }
    ending.clear_and_dispose([](waiter* who) { delete who; });
}

} // namespace hookd::journal
