// SPDX-License-Identifier: MIT
#include "admin/reload_handler.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace hookd::admin {

namespace asio = boost::asio;

namespace {

reload_verdict stopping() {
    return {.applied = false, .errors = {"the daemon is stopping"}};
}

} // namespace

class reload_handler::waiting {
public:
    using resume = std::move_only_function<void(reload_verdict)>;

    explicit waiting(resume who) : resume_{std::move(who)} {}
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting() { resolve({.applied = false, .errors = {"the reload was abandoned"}}); }

    void resolve(reload_verdict what) {
        resume who;
        {
            const mutex_lock lock{mutex_};
            std::swap(who, resume_);
        }
        if (who) {
            who(std::move(what));
        }
    }

private:
    mutex mutex_;
    resume resume_ HOOKD_GUARDED_BY(mutex_); // empty once completed
};

asio::awaitable<reload_verdict> reload_handler::reload() {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(reload_verdict)>(
        [this]<class Handler>(Handler&& handler) {
            const auto executor = asio::get_associated_executor(handler);
            // Posted: the verdict may come before this function, which is part of the suspended coroutine, has ended.
            enter(std::make_shared<waiting>([executor, guard = asio::make_work_guard(executor),
                                             resume = std::forward<Handler>(handler)](reload_verdict what) mutable {
                asio::post(executor, [resume = std::move(resume), what = std::move(what)]() mutable {
                    std::move(resume)(std::move(what));
                });
            }));
        },
        asio::use_awaitable);
}

void reload_handler::enter(std::shared_ptr<waiting> one) {
    bool closed = false;
    {
        const mutex_lock lock{mutex_};
        std::erase_if(waiting_, [](const auto& each) { return each.expired(); });
        waiting_.push_back(one);
        closed = closed_;
    }
    if (closed) {
        one->resolve(stopping());
    } else {
        begin_([one = std::move(one)](reload_verdict what) { one->resolve(std::move(what)); });
    }
}

void reload_handler::close() {
    std::vector<std::weak_ptr<waiting>> left;
    {
        const mutex_lock lock{mutex_};
        closed_ = true;
        left.swap(waiting_);
    }
    for (const auto& each : left) {
        if (const auto one = each.lock()) {
            one->resolve(stopping());
        }
    }
}

} // namespace hookd::admin
