// SPDX-License-Identifier: MIT
#include "sinks/sink_worker.hpp"
#include "sinks/stdout/stdout_sink.hpp"

#include <hookd/core/unique_fd.hpp>
#include <hookd/sinks/event_line.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <poll.h>
#include <thread>
#include <unistd.h>

using namespace sinks_test;
using hookd::unique_fd;
using hookd::sinks::event_line;

namespace {

/// A pipe of the smallest size there is, so that writers meet its end.
struct narrow_pipe {
    unique_fd read;
    unique_fd write;

    explicit narrow_pipe(int flags = 0) {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC | flags) == 0);
        read.reset(ends[0]);
        write.reset(ends[1]);
        REQUIRE(::fcntl(ends[1], F_SETPIPE_SZ, 4096) == 4096);
        REQUIRE(::fcntl(ends[0], F_SETFL, 0) == 0);
    }

    std::string read_to_end() const {
        std::string text;
        char buffer[1000];
        for (ssize_t count = 0; (count = ::read(read.get(), buffer, sizeof buffer)) > 0;) {
            text.append(buffer, static_cast<std::size_t>(count));
        }
        return text;
    }
};

hookd::event of_size(std::uint64_t sequence, std::size_t size) {
    auto what = sample(sequence);
    what.body = '"' + std::string(size, static_cast<char>('a' + sequence % 26)) + '"';
    return what;
}

std::vector<delivery> mixed_batch(std::uint64_t first, std::size_t count) {
    std::vector<delivery> batch;
    for (std::uint64_t i = first; i < first + count; ++i) {
        batch.push_back(on_its_way(of_size(i, i % 7 == 0 ? 20'000 : 10 * i)));
    }
    return batch;
}

/// Lines come whole and in order, however little the pipe takes at a time.
void delivers_whole_lines(narrow_pipe& pipe) {
    boost::asio::io_context worker(1);
    const auto sink = hookd::sinks::make_stdout_sink(pipe.write.get(), worker);
    std::string text;
    std::jthread reader([&] { text = pipe.read_to_end(); });
    std::string expected;
    for (std::uint64_t first = 1; first < 200; first += 50) {
        const auto batch = mixed_batch(first, 50);
        for (const auto& each : batch) {
            expected += event_line(*each.what) + '\n';
        }
        CHECK(all_are(deliver(worker, *sink, batch), verdict::delivered));
    }
    pipe.write.reset();
    reader.join();
    CHECK((text == expected));
}

} // namespace

TEST_CASE("stdout: lines come out whole and in order through a pipe that takes little at a time") {
    narrow_pipe pipe;
    delivers_whole_lines(pipe);
}

TEST_CASE("stdout: lines come out whole and in order through a pipe that somebody made non-blocking") {
    narrow_pipe pipe(O_NONBLOCK);
    delivers_whole_lines(pipe);
}

TEST_CASE("stdout: a descriptor that others share keeps its flags, even after waiting for it") {
    narrow_pipe pipe;
    const int flags = ::fcntl(pipe.write.get(), F_GETFL);
    boost::asio::io_context worker(1);
    const auto sink = hookd::sinks::make_stdout_sink(pipe.write.get(), worker);
    std::jthread reader([&] { static_cast<void>(pipe.read_to_end()); });
    CHECK(all_are(deliver(worker, *sink, {on_its_way(of_size(1, 100'000))}), verdict::delivered));
    CHECK(::fcntl(pipe.write.get(), F_GETFL) == flags);
    pipe.write.reset();
}

TEST_CASE("stdout: it can be a file") {
    const temporary_directory directory;
    unique_fd file(::open((directory / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    boost::asio::io_context worker(1);
    const auto sink = hookd::sinks::make_stdout_sink(file.get(), worker);
    CHECK(all_are(deliver(worker, *sink, batch_of(100)), verdict::delivered));
    CHECK(lines_of(contents(directory / "out")).size() == 100);
}

TEST_CASE("stdout: without a reader, or closed, the sink is unavailable and no event is lost") {
    narrow_pipe pipe;
    boost::asio::io_context worker(1);
    const auto sink = hookd::sinks::make_stdout_sink(pipe.write.get(), worker);
    pipe.read.reset();
    const auto refused = deliver(worker, *sink, batch_of(2));
    REQUIRE(refused.size() == 2);
    CHECK(all_are(refused, verdict::unavailable));
    CHECK(refused[0].detail == "cannot write to standard output: Broken pipe");

    const auto closed = hookd::sinks::make_stdout_sink(-1, worker);
    CHECK(all_are(deliver(worker, *closed, batch_of(1)), verdict::unavailable));
}

TEST_CASE("stdout: cancelled while nobody reads, it says so, and ends the torn line before the next") {
    narrow_pipe pipe;
    boost::asio::io_context worker(1);
    const auto sink = hookd::sinks::make_stdout_sink(pipe.write.get(), worker);
    boost::asio::cancellation_signal cancel;
    outcomes answers;
    const std::vector<delivery> batch{on_its_way(of_size(1, 50'000)), on_its_way(sample(2))};
    boost::asio::co_spawn(
        worker, sink->deliver(batch),
        boost::asio::bind_cancellation_slot(
            cancel.slot(), [&](const std::exception_ptr&, outcomes what) { answers = std::move(what); }));
    // The sink worker has nothing left to do but to wait for the pipe, which is full.
    while (worker.poll() > 0) {
    }
    pollfd writable{pipe.write.get(), POLLOUT, 0};
    REQUIRE(::poll(&writable, 1, 0) == 0);
    CHECK(answers.empty());
    cancel.emit(boost::asio::cancellation_type::terminal);
    worker.run_for(std::chrono::seconds(10));
    REQUIRE(answers.size() == 2);
    CHECK(all_are(answers, verdict::unavailable));

    std::string text;
    std::jthread reader([&] { text = pipe.read_to_end(); });
    // As after a reload: another sink goes on.
    const auto successor = hookd::sinks::make_stdout_sink(pipe.write.get(), worker);
    CHECK(all_are(deliver(worker, *successor, batch), verdict::delivered));
    pipe.write.reset();
    reader.join();
    const auto lines = lines_of(text);
    REQUIRE(lines.size() == 3);
    CHECK(event_line(*batch[0].what).starts_with(lines[0]));
    CHECK((lines[1] == event_line(*batch[0].what)));
    CHECK(lines[2] == event_line(*batch[1].what));
}

TEST_CASE("stdout: lines of two sinks never mix") {
    narrow_pipe pipe;
    std::string text;
    std::jthread reader([&] { text = pipe.read_to_end(); });
    const auto write_lines = [&](std::uint64_t first) {
        boost::asio::io_context worker(1);
        const auto sink = hookd::sinks::make_stdout_sink(pipe.write.get(), worker);
        for (std::uint64_t i = 0; i < 20; ++i) {
            boost::asio::co_spawn(worker,
                                  sink->deliver({on_its_way(of_size(first + i, 10'000)), on_its_way(sample(i + 1))}),
                                  [](const std::exception_ptr&, const outcomes&) {});
            worker.restart();
            worker.run();
        }
    };
    {
        const std::jthread one(write_lines, 100);
        const std::jthread other(write_lines, 200);
    }
    pipe.write.reset();
    reader.join();
    const auto lines = lines_of(text);
    CHECK(lines.size() == 80);
    for (const auto& line : lines) {
        CHECK(nlohmann::json::accept(line));
    }
}
