// SPDX-License-Identifier: MIT
#include "sinks/stdout/line_writer.hpp"

#include "sinks/file_io.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <poll.h>
#include <string_view>
#include <sys/epoll.h>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace hookd::sinks {
namespace asio = boost::asio;
namespace {

constexpr auto as_value = asio::as_tuple(asio::use_awaitable);

std::atomic<bool> turn_taken = false;
/// The descriptor with an unfinished line, of any writer; -1: none. Only for the writer that has the turn.
int torn_descriptor = -1;

/// The right to write to shared descriptors, from the first byte of a line to its last. Sink workers are separate
/// threads, so a writer polls while another has the turn; that happens only with two such sinks in one process.
class turn {
public:
    turn() = default;
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() {
        if (mine_) {
            turn_taken.store(false, std::memory_order_release);
        }
    }

    bool take() { return mine_ = !turn_taken.exchange(true, std::memory_order_acquire); }

private:
    bool mine_ = false;
};

} // namespace

bool line_writer::writable_now() const {
    pollfd watched{fd_, POLLOUT, 0};
    return ::poll(&watched, 1, 0) > 0;
}

/// Asio would set O_NONBLOCK on a descriptor that it watches, so it watches an epoll instance of ours instead.
asio::awaitable<std::error_code> line_writer::wait_writable() {
    unique_fd watch(::epoll_create1(EPOLL_CLOEXEC));
    epoll_event wanted{};
    wanted.events = EPOLLOUT;
    if (!watch || ::epoll_ctl(watch.get(), EPOLL_CTL_ADD, fd_, &wanted) != 0) {
        co_return last_error();
    }
    asio::posix::stream_descriptor ready(worker_);
    boost::system::error_code ec;
    ready.assign(watch.get(), ec);
    if (ec) {
        co_return ec;
    }
    watch.release();
    std::tie(ec) = co_await ready.async_wait(asio::posix::stream_descriptor::wait_read, as_value);
    co_return ec;
}

asio::awaitable<std::error_code> line_writer::write(std::string lines) {
    using namespace std::chrono_literals;
    asio::steady_timer pause(worker_);
    turn ours;
    while (!ours.take()) {
        pause.expires_after(5ms);
        if (const auto [ec] = co_await pause.async_wait(as_value); ec) {
            co_return ec;
        }
    }
    if (torn_descriptor == fd_) {
        lines.insert(0, 1, '\n');
    }
    std::string_view rest = lines;
    std::error_code ec;
    while (!rest.empty() && !ec) {
        if (!writable_now()) {
            ec = co_await wait_writable();
            continue;
        }
        const auto count = ::write(fd_, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
        if (count > 0) {
            torn_descriptor = rest[static_cast<std::size_t>(count) - 1] == '\n' ? -1 : fd_;
            rest.remove_prefix(static_cast<std::size_t>(count));
        } else if (count < 0 && errno == EAGAIN) {
            ec = co_await wait_writable();
        } else if (count == 0 || errno != EINTR) {
            ec = count == 0 ? std::make_error_code(std::errc::io_error) : last_error();
        }
    }
    co_return ec;
}

} // namespace hookd::sinks
