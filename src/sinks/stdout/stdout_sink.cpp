// SPDX-License-Identifier: MIT
#include "sinks/stdout/stdout_sink.hpp"

#include "sinks/stdout/line_writer.hpp"

#include <hookd/sinks/event_line.hpp>

#include <boost/asio/this_coro.hpp>

#include <climits>
#include <unistd.h>
#include <utility>

namespace hookd::sinks {
namespace asio = boost::asio;
namespace {

class stdout_sink final : public sink {
public:
    stdout_sink(int fd, asio::io_context& worker) : out_(fd, worker) {}

    asio::awaitable<std::vector<outcome>> deliver(std::vector<delivery> batch) override;

    std::size_t batch_limit() const override { return 256; }

private:
    line_writer out_;
};

/// Lines are written in pieces of as many as a pipe accepts at once. A piece that was not written completely is written
/// again with the next delivery: a reader may see a line twice, but never half a line that looks like a whole one.
asio::awaitable<std::vector<outcome>> stdout_sink::deliver(std::vector<delivery> batch) {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    std::error_code ec;
    std::size_t out = 0;
    std::string piece;
    for (std::size_t next = 0; next < batch.size() && !ec; ++next) {
        const auto line = written_line(*batch[next].what);
        if (!piece.empty() && piece.size() + line.size() > PIPE_BUF) {
            ec = co_await out_.write(std::exchange(piece, {}));
            out = ec ? out : next;
        }
        piece += line;
    }
    if (!ec) {
        ec = co_await out_.write(std::move(piece));
        out = ec ? out : batch.size();
    }
    std::vector<outcome> outcomes(out);
    outcomes.resize(batch.size(), {verdict::unavailable, {}, "cannot write to standard output: " + ec.message()});
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return outcomes;
}

} // namespace

sink_options_ptr read_stdout_options(config::table&) {
    return std::make_shared<stdout_options>();
}

std::unique_ptr<sink> make_stdout_sink(int fd, asio::io_context& worker) {
    return std::make_unique<stdout_sink>(fd, worker);
}

std::unique_ptr<sink> build_stdout_sink(const sink_settings&, asio::io_context& worker) {
    return make_stdout_sink(STDOUT_FILENO, worker);
}

} // namespace hookd::sinks
