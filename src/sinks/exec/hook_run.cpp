// SPDX-License-Identifier: MIT
#include "sinks/exec/hook_run.hpp"

#include "sinks/exec/hook_output.hpp"
#include "sinks/exec/hook_program.hpp"

#include <hookd/core/time.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <string_view>
#include <sysexits.h>
#include <unistd.h>
#include <utility>

namespace hookd::sinks {
namespace asio = boost::asio;
namespace {

using asio::posix::stream_descriptor;
using clock = std::chrono::steady_clock;

constexpr auto as_value = asio::as_tuple(asio::use_awaitable);
// Between SIGTERM and SIGKILL: after the timeout, and after a cancellation, when the sink worker waits only a second.
constexpr std::chrono::milliseconds grace{2'000};
constexpr std::chrono::milliseconds grace_when_cancelled{500};
/// Between two checks of the rest of a group whose leader has ended.
constexpr std::chrono::milliseconds look_again{50};
constexpr std::size_t rest_limit = 1U << 20U;

/// Lives in the frame of run_hook, which awaits all of its coroutines before it ends.
class hook_run {
public:
    hook_run(const asio::any_io_executor& worker, child_process child, std::string input, std::string log_prefix)
        : child_(std::move(child)), stdin_(worker), stdout_(worker), stderr_(worker), ended_(worker), timer_(worker),
          input_(std::move(input)), output_(std::move(log_prefix)) {}

    boost::system::error_code watch(child_process::ends ours);
    asio::awaitable<outcome> carry_out(std::chrono::milliseconds timeout, background_output& background);

private:
    enum class waited : std::uint8_t { ended, expired, cancelled };

    asio::awaitable<void> feed();
    asio::awaitable<void> drain(stream_descriptor& from, hook_output::stream as);
    asio::awaitable<void> supervise(std::chrono::milliseconds timeout);
    asio::awaitable<void> end_group();
    asio::awaitable<waited> wait(std::chrono::milliseconds limit);
    unique_fd read_rest(stream_descriptor& from, hook_output::stream as);
    outcome judge(std::chrono::milliseconds timeout) const;

    child_process child_;
    stream_descriptor stdin_;
    stream_descriptor stdout_;
    stream_descriptor stderr_;
    stream_descriptor ended_; // a pidfd
    asio::steady_timer timer_;
    std::string input_;
    hook_output output_;

    bool leader_ended_ = false;
    bool over_ = false; // the leader is reaped; only what is already in the pipes is still read
    bool timed_out_ = false;
    bool cancelled_ = false;
    exit_status status_;
};

boost::system::error_code hook_run::watch(child_process::ends ours) {
    const std::array<std::pair<stream_descriptor*, unique_fd*>, 4> all{
        {{&stdin_, &ours.input}, {&stdout_, &ours.output}, {&stderr_, &ours.error_output}, {&ended_, &ours.ended}}};
    for (const auto& [watched, fd] : all) {
        boost::system::error_code ec;
        watched->assign(fd->get(), ec);
        if (ec) {
            return ec;
        }
        fd->release();
    }
    return {};
}

asio::awaitable<outcome> hook_run::carry_out(std::chrono::milliseconds timeout, background_output& background) {
    const auto worker = co_await asio::this_coro::executor;
    const auto [order, fed, read, read_errors, supervised] =
        co_await asio::experimental::make_parallel_group(
            asio::co_spawn(worker, feed(), asio::deferred),
            asio::co_spawn(worker, drain(stdout_, hook_output::stream::output), asio::deferred),
            asio::co_spawn(worker, drain(stderr_, hook_output::stream::error), asio::deferred),
            asio::co_spawn(worker, supervise(timeout), asio::deferred))
            .async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    for (const auto& error : {fed, read, read_errors, supervised}) {
        if (error) {
            std::rethrow_exception(error);
        }
    }
    std::array<unique_fd, 2> held{read_rest(stdout_, hook_output::stream::output),
                                  read_rest(stderr_, hook_output::stream::error)};
    auto judged = judge(timeout);
    if ((held[0] || held[1]) && !cancelled_) {
        background.take(std::move(held), std::move(output_));
    } else {
        output_.finish();
    }
    co_return judged;
}

/// A hook need not read its input: a closed pipe (EPIPE) is not a failure.
asio::awaitable<void> hook_run::feed() {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::async_write(stdin_, asio::buffer(input_), as_value);
    boost::system::error_code ignored;
    stdin_.close(ignored);
}

asio::awaitable<void> hook_run::drain(stream_descriptor& from, hook_output::stream as) {
    co_await asio::this_coro::throw_if_cancelled(false);
    std::array<char, 16U << 10U> buffer{};
    while (!over_) {
        const auto [ec, count] = co_await from.async_read_some(asio::buffer(buffer), as_value);
        output_.take(as, {buffer.data(), count});
        if (ec == asio::error::eof) {
            from.close();
        }
        if (ec) {
            break;
        }
    }
}

asio::awaitable<void> hook_run::supervise(std::chrono::milliseconds timeout) {
    co_await asio::this_coro::throw_if_cancelled(false);
    if (const auto end = co_await wait(timeout); end != waited::ended) {
        timed_out_ = end == waited::expired;
        co_await end_group();
    }
    status_ = child_.reap();
    over_ = true;
    // The others may wait for a process that left the group and holds the pipes.
    boost::system::error_code ignored;
    stdin_.close(ignored);
    stdout_.cancel(ignored);
    stderr_.cancel(ignored);
}

/// Sends SIGTERM, and after the grace period SIGKILL, to the rest of the group. Even a cancellation does not end the
/// wait for the leader, but SIGKILL makes it short.
asio::awaitable<void> hook_run::end_group() {
    auto latest = clock::now() + grace;
    child_.signal_group(SIGTERM);
    while (!leader_ended_ || child_.leads_others()) {
        if (!cancelled_ &&
            (co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
            cancelled_ = true;
            latest = std::min(latest, clock::now() + grace_when_cancelled);
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(latest - clock::now());
        if (left.count() <= 0) {
            child_.signal_group(SIGKILL);
            break;
        }
        co_await wait(leader_ended_ ? std::min(left, look_again) : left);
    }
    if (!leader_ended_) {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await ended_.async_wait(stream_descriptor::wait_read, as_value);
    }
}

/// Waits until the leader ends, `limit` is over, or the delivery is cancelled.
asio::awaitable<hook_run::waited> hook_run::wait(std::chrono::milliseconds limit) {
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
        co_return waited::cancelled;
    }
    timer_.expires_after(limit);
    if (leader_ended_) {
        const auto [aborted] = co_await timer_.async_wait(as_value);
        co_return aborted ? waited::cancelled : waited::expired;
    }
    const auto [order, not_ended, not_expired] =
        co_await asio::experimental::make_parallel_group(
            ended_.async_wait(stream_descriptor::wait_read, asio::deferred), timer_.async_wait(asio::deferred))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (!not_ended) {
        leader_ended_ = true;
        co_return waited::ended;
    }
    co_return not_expired ? waited::cancelled : waited::expired;
}

/// Reads what was printed before the end: at most what a pipe holds, unless a process that outlived the hook continues
/// to print. Returns the pipe if such a process holds it.
unique_fd hook_run::read_rest(stream_descriptor& from, hook_output::stream as) {
    if (!from.is_open()) {
        return {};
    }
    unique_fd pipe{from.release()};
    std::array<char, 16U << 10U> buffer{};
    for (std::size_t total = 0; total < rest_limit;) {
        const auto count = ::read(pipe.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EAGAIN) {
            break;
        }
        if (count <= 0) {
            return {};
        }
        total += static_cast<std::size_t>(count);
        output_.take(as, {buffer.data(), static_cast<std::size_t>(count)});
    }
    return pipe;
}

outcome hook_run::judge(std::chrono::milliseconds timeout) const {
    if (cancelled_) {
        return {verdict::unavailable, {}, "stopped before the hook ended"};
    }
    if (!timed_out_ && status_.known && status_.signal == 0 && status_.code == 0) {
        return {};
    }
    std::string what;
    if (timed_out_) {
        what = "timed out after " + to_text(timeout);
    } else if (!status_.known) {
        what = "exit status lost: SIGCHLD is ignored";
    } else if (status_.signal != 0) {
        const char* description = ::sigdescr_np(status_.signal);
        what = fmt::format("signal {} ({})", status_.signal, description != nullptr ? description : "unknown");
    } else {
        what = fmt::format("exit {}", status_.code);
    }
    if (const auto line = output_.last_error_line(); !line.empty()) {
        what += ": " + line;
    }
    const bool exited = !timed_out_ && status_.known && status_.signal == 0;
    const bool rejected = exited && status_.code == EX_DATAERR;
    return {rejected ? verdict::reject : verdict::retry,
            {},
            std::move(what),
            exited ? std::optional(status_.code) : std::nullopt};
}

/// E2BIG concerns only this event; every other error would affect all events.
outcome not_started(const std::string& path, std::error_code why) {
    const auto what = why == std::errc::argument_list_too_long ? verdict::retry : verdict::unavailable;
    const auto doubt = doubt_of_program(path);
    return {what, {}, fmt::format("cannot start {}: {}{}", path, why.message(), doubt ? ": it " + *doubt : "")};
}

} // namespace

asio::awaitable<outcome> run_hook(program what, std::string input, std::string log_prefix,
                                  std::chrono::milliseconds timeout, background_output& background) {
    const auto& path = what.arguments.front();
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
        co_return outcome{verdict::unavailable, {}, "stopped before the hook was started"};
    }
    child_process::ends ours;
    auto child = child_process::start(what, ours);
    if (!child) {
        co_return not_started(path, child.error());
    }
    hook_run run(co_await asio::this_coro::executor, std::move(*child), std::move(input), std::move(log_prefix));
    if (const auto ec = run.watch(std::move(ours)); ec) {
        co_return not_started(path, ec);
    }
    co_return co_await run.carry_out(timeout, background);
}

} // namespace hookd::sinks
