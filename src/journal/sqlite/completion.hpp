// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/completion_queue.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/dispatch.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace hookd::journal {

template <class Value>
class waiting_for : public waiter {
public:
    Value value{};
};

template <class Value, class Handler>
class waiting_handler final : public waiting_for<Value> {
public:
    waiting_handler(Handler handler, boost::asio::any_io_executor executor)
        : handler_(std::move(handler)), executor_(std::move(executor)) {}

    void resume(std::unique_ptr<waiter> self, const boost::asio::any_io_executor& here) override {
        auto handler = std::move(handler_);
        auto executor = std::move(executor_);
        auto value = std::move(this->value);
        self.reset();
        if (executor == here) {
            std::move(handler)(std::move(value));
            return;
        }
        boost::asio::dispatch(executor, [handler = std::move(handler), value = std::move(value)]() mutable {
            std::move(handler)(std::move(value));
        });
    }

private:
    Handler handler_;
    boost::asio::any_io_executor executor_;
};

/// Where a result goes. It is completed exactly once, through a completion_batch.
template <class Value>
struct completion {
    std::shared_ptr<completion_queue> box;
    waiting_for<Value>* who = nullptr;
};

/// Collects results and wakes each execution context once for all of its completions.
class completion_batch {
public:
    template <class Value>
    void put(const completion<Value>& to, Value value) {
        to.box->put(*to.who, std::move(value));
        if (std::ranges::find(touched_, to.box) == touched_.end()) {
            touched_.push_back(to.box);
        }
    }
    void send() {
        for (const auto& box : touched_) {
            box->wake();
        }
        touched_.clear();
    }

private:
    std::vector<std::shared_ptr<completion_queue>> touched_;
};

/// To be awaited where it is called: suspends the coroutine and calls `start` with the completion that resumes it on
/// its own executor.
template <class Value, class Start>
auto ask(Start start) {
    return boost::asio::async_initiate<const boost::asio::deferred_t, void(Value)>(
        [start = std::move(start)]<class Handler>(Handler&& handler) mutable {
            // The coroutine, and this function object in it, may be resumed and gone before `start` returns.
            auto begin = std::move(start);
            const auto executor = boost::asio::get_associated_executor(handler);
            auto box = completion_queue::of(executor);
            auto who = std::make_unique<waiting_handler<Value, std::decay_t<Handler>>>(std::forward<Handler>(handler),
                                                                                       executor);
            completion<Value> answer{box, who.get()};
            if (box->add(std::move(who), executor)) {
                begin(std::move(answer));
            }
        },
        boost::asio::deferred);
}

} // namespace hookd::journal
