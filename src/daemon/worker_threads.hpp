// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/joinable_thread.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <deque>

namespace hookd::daemon {

/// Threads that run one context, instead of asio::thread_pool: if that cannot create its last thread, it waits forever
/// for the first ones.
class worker_threads {
public:
    /// Throws std::system_error, with advice, if a thread cannot be created; none is left then.
    explicit worker_threads(unsigned count);

    boost::asio::any_io_executor executor() { return context_.get_executor(); }

private:
    using work_guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

    boost::asio::io_context context_;
    std::deque<joinable_thread> threads_; // each is joined on destruction, after the guard is destroyed
    work_guard guard_;
};

} // namespace hookd::daemon
