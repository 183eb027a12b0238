// SPDX-License-Identifier: MIT
#include "sinks/exec/background_output.hpp"

#include <hookd/core/exception_text.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <pthread.h>
#include <system_error>
#include <tuple>
#include <utility>

namespace hookd::sinks {
namespace asio = boost::asio;

/// The pipes of a hook, until no process holds them any more.
struct background_output::job {
    job(background_output& owner, std::array<unique_fd, 2> opened, hook_output so_far)
        : owner{owner}, pipes{std::move(opened)}, output{std::move(so_far)} {}
    job(const job&) = delete;
    job& operator=(const job&) = delete;
    ~job() {
        output.finish();
        --owner.jobs_;
    }

    background_output& owner;
    std::array<unique_fd, 2> pipes;
    hook_output output;
};

std::shared_ptr<background_output> background_output::shared() {
    static hookd::mutex mutex;
    static std::weak_ptr<background_output> known HOOKD_GUARDED_BY(mutex);
    const mutex_lock lock{mutex};
    auto output = known.lock();
    if (!output) {
        output = std::make_shared<background_output>();
        known = output;
    }
    return output;
}

background_output::~background_output() {
    context_.stop();
    if (thread_.joinable()) {
        thread_.join();
    }
    if (jobs_ > 0) {
        spdlog::warn("{} hooks left a process in the background; its output is no longer read", jobs_.load());
    }
}

void background_output::take(std::array<unique_fd, 2> pipes, hook_output output) {
    if (const bool full = jobs_ >= most; full || !start()) {
        spdlog::warn("{}: the hook left a process in the background; {}, so its pipe is closed: redirect its output",
                     output.prefix(),
                     full ? fmt::format("the output of {} others is already being read", most)
                          : "no thread can be started to read its output");
        output.finish();
        return;
    }
    ++jobs_;
    const auto taken = std::make_shared<job>(*this, std::move(pipes), std::move(output));
    for (const auto which : {hook_output::stream::output, hook_output::stream::error}) {
        if (taken->pipes.at(static_cast<std::size_t>(which))) {
            asio::co_spawn(context_, follow(taken, which), [taken](const std::exception_ptr& failure) {
                if (failure) { // the pipes of the others are still read
                    spdlog::error("{}: the output of the hook's background process is no longer read: {}",
                                  taken->output.prefix(), exception_text(failure));
                }
            });
        }
    }
}

/// Whether there is a thread: it may be impossible to start one now.
bool background_output::start() {
    const mutex_lock lock{mutex_};
    if (!thread_.joinable()) {
        try {
            thread_ = std::thread{[this] {
                pthread_setname_np(pthread_self(), "hook output");
                context_.run();
            }};
        } catch (const std::system_error&) {
            return false;
        }
    }
    return true;
}

asio::awaitable<void> background_output::follow(std::shared_ptr<job> what, hook_output::stream which) {
    auto& pipe = what->pipes.at(static_cast<std::size_t>(which));
    asio::posix::stream_descriptor from{co_await asio::this_coro::executor};
    boost::system::error_code ec;
    from.assign(pipe.get(), ec);
    if (ec) {
        co_return;
    }
    pipe.release();
    std::array<char, 16U << 10U> buffer{};
    while (!ec) {
        std::size_t count = 0;
        std::tie(ec, count) = co_await from.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
        what->output.take(which, {buffer.data(), count});
    }
}

} // namespace hookd::sinks
