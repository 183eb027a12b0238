// SPDX-License-Identifier: MIT
// Durable events a second and the CPU time of one, by how many coroutines wait at a time. The first argument is the
// directory to write in (it should be on the disk that counts), the second the seconds for each figure.

#include <hookd/journal/storage.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace journal = hookd::journal;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr unsigned io_threads = 2;
std::atomic<std::uint64_t> next_id = 0;

// Rises with time, as the sender's KSUIDs do.
std::string rising_id() {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "msg_%023llu", static_cast<unsigned long long>(++next_id));
    return text.data();
}

hookd::event sample() {
    hookd::event what;
    what.endpoint = "colivara";
    what.id = rising_id();
    what.type = "upsert.success";
    what.collection = "default_collection";
    what.document = what.id + ".pdf";
    what.accepted = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    what.peer = "127.0.0.1";
    what.timestamp = "1770000000";
    what.signature = "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=";
    what.json = true;
    what.body = std::string(500, 'x');
    return what;
}

asio::awaitable<void> append_until(journal::storage& into, clock_type::time_point end, std::vector<double>& millis) {
    while (clock_type::now() < end) {
        const auto begun = clock_type::now();
        if (co_await into.append(std::make_shared<hookd::event>(sample())) != journal::append_outcome::stored) {
            std::abort();
        }
        millis.push_back(std::chrono::duration<double, std::milli>(clock_type::now() - begun).count());
    }
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + (1e-6 * static_cast<double>(t.tv_usec));
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double percentile(std::vector<double>& sorted, double part) {
    return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

void measure(journal::storage& into, unsigned coroutines, std::chrono::seconds duration) {
    std::array<asio::io_context, io_threads> contexts{asio::io_context(1), asio::io_context(1)};
    std::vector<std::vector<double>> millis(coroutines);
    const auto begun = clock_type::now();
    const auto cpu = cpu_seconds();
    for (unsigned i = 0; i < coroutines; ++i) {
        asio::co_spawn(contexts[i % io_threads], append_until(into, begun + duration, millis[i]),
                       [](const std::exception_ptr& failed) {
                           if (failed) {
                               std::rethrow_exception(failed);
                           }
                       });
    }
    {
        std::vector<std::jthread> threads;
        threads.reserve(contexts.size());
        for (auto& context : contexts) {
            threads.emplace_back([&context] { context.run(); });
        }
    }
    const auto seconds = std::chrono::duration<double>(clock_type::now() - begun).count();
    const auto used = cpu_seconds() - cpu;
    std::vector<double> all;
    for (const auto& some : millis) {
        all.insert(all.end(), some.begin(), some.end());
    }
    std::ranges::sort(all);
    const auto events = static_cast<double>(all.size());
    std::printf("%3u waiting: %8.0f events/s  %6.1f us CPU an event  p50 %.2f ms  p99 %.2f ms  max %.1f ms\n",
                coroutines, events / seconds, 1e6 * used / events, percentile(all, 0.5), percentile(all, 0.99),
                all.back());
}

} // namespace

int main(int argc, char** argv) {
    const std::filesystem::path directory = argc > 1 ? argv[1] : ".";
    const std::chrono::seconds duration(argc > 2 ? std::atoi(argv[2]) : 5);
    const auto path = directory / "bench-journal.db";
    for (const auto* suffix : {"", "-wal", ".lock"}) {
        std::filesystem::remove(path.string() + suffix);
    }
    const auto now = [] {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    };
    auto opened = journal::open(
        {.path = path.string(), .retention = std::chrono::hours(168), .max_size = {std::uint64_t{1} << 40U}}, now, {});
    if (!opened) {
        std::fprintf(stderr, "%s\n", opened.error().message.c_str());
        return 1;
    }
    for (const unsigned coroutines : {1U, 8U, 32U, 64U, 256U}) {
        measure(**opened, coroutines, duration);
    }
    (*opened)->close();
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    std::printf("largest resident size %ld KiB\n", used.ru_maxrss);
    for (const auto* suffix : {"", "-wal", ".lock"}) {
        std::filesystem::remove(path.string() + suffix);
    }
}
