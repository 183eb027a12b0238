// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>
#include <hookd/core/mutex.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace hookd::admin {

/// Requests that wait for the verdict of a reload, which comes from another thread. Each is completed exactly once: by
/// the verdict, by `close`, or when the callback is destroyed without a call.
class reload_handler {
public:
    using begin_reload = std::function<void(std::move_only_function<void(reload_verdict)>)>;

    explicit reload_handler(begin_reload begin) : begin_{std::move(begin)} {}

    /// Resumes on the awaiting coroutine's executor, also when its peer has gone away meanwhile.
    boost::asio::awaitable<reload_verdict> reload();

    /// Completes all that wait, and all later ones at once. Any thread.
    void close();

private:
    class waiting;
    void enter(std::shared_ptr<waiting> one);

    begin_reload begin_;
    mutex mutex_; // not held during completions
    std::vector<std::weak_ptr<waiting>> waiting_ HOOKD_GUARDED_BY(mutex_);
    bool closed_ HOOKD_GUARDED_BY(mutex_) = false;
};

} // namespace hookd::admin
