// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/tuning.hpp"

#include <hookd/delivery/dispatcher.hpp>
#include <hookd/journal/storage.hpp>
#include <hookd/sinks/sink.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hookd::delivery {

/// What a test's sink received, in order. Any thread.
class record {
public:
    struct entry {
        std::uint64_t sequence;
        unsigned attempt;
        bool operator==(const entry&) const = default;
    };

    void add(const sinks::delivery& what);
    void add_call(std::size_t batch_size);
    void note(const std::string& what);

    std::vector<entry> entries() const;
    std::vector<std::uint64_t> sequences() const;
    std::vector<std::size_t> batch_sizes() const;
    std::size_t count_of(const std::string& note) const;

    /// Waits until there are that many deliveries (or notes, below); false after half a minute.
    bool reaches(std::size_t deliveries) const;
    bool has(const std::string& note) const;

private:
    bool wait(const std::function<bool()>& condition) const;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<entry> entries_;
    std::vector<std::size_t> batch_sizes_;
    std::vector<std::string> notes_;
};

/// A sink that records what it gets and returns outcomes that the test sets, which may block or throw. It notes
/// `reopened` and `ended`, and whether it was called on a thread other than its sink worker's.
class answering_sink final : public sinks::sink {
public:
    using answer = std::function<sinks::outcome(const sinks::delivery&)>;

    answering_sink(std::shared_ptr<record> into, std::size_t batch_limit, answer how)
        : record_{std::move(into)}, batch_limit_{batch_limit}, answer_{std::move(how)} {}
    ~answering_sink() override { record_->note("ended"); }
    answering_sink(const answering_sink&) = delete;
    answering_sink& operator=(const answering_sink&) = delete;

    boost::asio::awaitable<std::vector<sinks::outcome>> deliver(std::vector<sinks::delivery> batch) override;
    std::size_t batch_limit() const override { return batch_limit_; }
    void reopen() override;

private:
    void note_thread();

    std::shared_ptr<record> record_;
    std::size_t batch_limit_;
    answer answer_;
    std::thread::id thread_;
};

/// A sink that never finishes a delivery; when cancelled, it notes `cancelled` and returns `unavailable`.
class hanging_sink final : public sinks::sink {
public:
    hanging_sink(std::shared_ptr<record> into, boost::asio::io_context& sink_worker, std::size_t batch_limit = 1)
        : record_{std::move(into)}, worker_{sink_worker}, batch_limit_{batch_limit} {}

    boost::asio::awaitable<std::vector<sinks::outcome>> deliver(std::vector<sinks::delivery> batch) override;
    std::size_t batch_limit() const override { return batch_limit_; }

private:
    std::shared_ptr<record> record_;
    boost::asio::io_context& worker_;
    std::size_t batch_limit_;
};

/// A door that is closed until it is opened once. Any thread.
class door {
public:
    void open();
    void pass() const;

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable opened_;
    bool open_ = false;
};

/// A journal in a directory of its own, and the dispatcher that gets its commits.
class delivery_bench {
public:
    delivery_bench() : delivery_bench({}, {}) {}
    delivery_bench(const journal_settings& bounds, const journal::tuning& rhythm);
    ~delivery_bench();
    delivery_bench(const delivery_bench&) = delete;
    delivery_bench& operator=(const delivery_bench&) = delete;

    /// Adds a sink; for start(). Without an outcome it accepts everything.
    std::shared_ptr<record> add(const sink_settings& settings, std::size_t batch_limit = 256,
                                answering_sink::answer how = {});
    std::shared_ptr<record> add_hanging(const sink_settings& settings);
    /// A sink whose builder waits for the door.
    void add_behind(const std::shared_ptr<door>& gate, const sink_settings& settings);

    void start();
    void stop(std::chrono::milliseconds patience = std::chrono::seconds{30});
    /// Stops the dispatcher and closes the journal, removes the sinks, and opens the journal again.
    void restart_journal();
    void close_journal();

    /// Stores `count` events, and returns when all are stored.
    void append(std::size_t count, const std::string& type = "upsert.success");
    journal::sink_state state(const std::string& sink);
    /// In the journal; false: not recorded.
    bool pause(const std::string& sink, bool paused);

    journal::storage& stored() { return *journal_; }
    dispatcher& running() { return *dispatcher_; }

private:
    void append_together(std::size_t count, const std::string& type);
    void open_journal();

    const journal_settings bounds_;
    const journal::tuning rhythm_;
    std::filesystem::path directory_;
    std::unique_ptr<journal::storage> journal_;
    std::vector<sink_settings> settings_;
    std::vector<std::function<std::unique_ptr<sinks::sink>(boost::asio::io_context&)>> builders_;
    std::size_t appended_ = 0;
    std::mutex mutex_; // over the following, which the journal's thread uses too
    std::unique_ptr<dispatcher> dispatcher_;
};

/// Settings with delays that a test can wait for.
sink_settings sink_named(const std::string& name);

/// 1, 2, … count.
std::vector<std::uint64_t> one_to(std::uint64_t count);

} // namespace hookd::delivery
