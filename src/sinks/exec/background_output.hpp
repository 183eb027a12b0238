// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/exec/hook_output.hpp"

#include <hookd/core/mutex.hpp>
#include <hookd/core/unique_fd.hpp>
#include <hookd/sinks/background_hooks.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>

namespace hookd::sinks {

/// Reads the output of background processes of hooks. If their pipes were closed, their next line would end them
/// (SIGPIPE); if they were not read, a full pipe would block them forever. All exec sinks share it, with one thread,
/// which starts with the first such process: a reload that changes a sink does not end the background processes of its
/// hooks.
class background_output {
public:
    /// The maximum number of hooks whose pipes are read: each has two descriptors.
    static constexpr std::size_t most = most_background_hooks;

    static std::shared_ptr<background_output> shared();

    background_output() = default;
    background_output(const background_output&) = delete;
    background_output& operator=(const background_output&) = delete;
    /// Closes the pipes.
    ~background_output();

    /// Any thread. Takes standard output and error of a hook that has ended, and what it has printed; either may be
    /// closed. If there are too many, the pipes are closed and a line is logged.
    void take(std::array<unique_fd, 2> pipes, hook_output output);

private:
    struct job;

    bool start();
    static boost::asio::awaitable<void> follow(std::shared_ptr<job> what, hook_output::stream which);

    std::atomic<std::size_t> jobs_{0}; // outlives those in the context
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    mutex mutex_;
    std::thread thread_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::sinks
