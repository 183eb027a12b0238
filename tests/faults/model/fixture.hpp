// SPDX-License-Identifier: MIT
#pragma once

#include "disk.hpp"
#include "journal/sqlite/sqlite_storage.hpp"
#include "prng.hpp"
#include "state.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace hookd::model {

using std::chrono::milliseconds;

/// The sinks that a configuration may have, and what they ask for.
const std::vector<journal::sink_scope>& scopes();
const journal::sink_scope& scope_of(const std::string& sink);

/// The real journal, on real files, on one thread, by clocks and a disk that the test owns; and beside it what the
/// model expects. Whatever is done here is done to both, and then they are compared. A broken_promise ends it.
class fixture {
public:
    /// `retention_step`: drawn, unless it is given.
    explicit fixture(std::uint64_t seed, std::optional<std::size_t> retention_step = {});
    fixture(const fixture&) = delete;
    fixture& operator=(const fixture&) = delete;
    ~fixture();

    /// In words, for the report of a failure.
    void note(std::string what) { log_.push_back(std::move(what)); }
    const std::vector<std::string>& log() const { return log_; }

    /// Whether the journal's own rhythms go on in the turns to come: retention, commits that nobody waits for.
    void loud(bool yes) { loud_ = yes; }

    void append(std::vector<event> events);
    event make_event(prng& random) const;
    void commit_cursor(const std::string& sink, std::uint64_t cursor);
    void nack(const std::string& sink, journal::failure row);
    void ack(const std::string& sink, std::uint64_t sequence);
    /// Whether it is done: durable.
    bool apply(const journal::repair& what);
    bool pause(const std::string& sink, bool paused);
    std::optional<journal::sink_state> open_sink(const std::string& sink);
    void close_sink(const std::string& sink);
    void configure(std::uint64_t max_size);
    void ask(journal::event_query what, std::size_t page);
    std::optional<std::vector<journal::due_event>> due(const std::string& sink, unix_millis until, std::size_t most,
                                                       std::vector<std::uint64_t> except);
    std::optional<std::vector<event_ptr>> read(std::uint64_t after, std::size_t most);

    void pass(milliseconds time);
    void set_clock(milliseconds by);
    void turn();
    /// Retention until it has nothing more to do; then nothing is left that need not be.
    void sweep_all();
    /// Dies now, and starts again.
    void crash();
    void restart();
    /// Compares all there is.
    void check();
    /// The same, where retention may have come by.
    void check_if_swept() {
        if (swept_) {
            check();
        }
    }
    /// Starts again where the disk has died. Whether it had.
    bool recovered();

    const state& expected() const { return expected_.now(); }
    const std::set<std::string>& opened() const { return opened_; }
    /// Rises with each start.
    std::uint64_t life() const { return life_; }
    prng& random() { return random_; }
    std::span<const event_ptr> fresh() const { return fresh_; }
    void seen_fresh() { fresh_.clear(); }
    unix_millis wall() const;
    std::chrono::steady_clock::time_point steady() const;

    /// Events that retention has taken while no sink of that name held them back.
    const std::map<std::string, std::set<std::uint64_t>>& given_up() const { return given_up_; }

private:
    template <class Value>
    using slot = std::shared_ptr<std::optional<Value>>;
    template <class Value>
    slot<Value> begin(boost::asio::awaitable<Value> what);
    template <class Value>
    std::optional<Value> answer(boost::asio::awaitable<Value> what);

    static void hush(bool yes);
    bool open();
    void leave();
    void start();
    state observe();
    void compare_figures(const std::map<std::string, journal::sink_state>& metrics, const state& seen) const;
    void check_clock();
    unix_millis aged() const;
    bool holds(const std::string& sink) const;
    std::uint64_t old_by_now() const;
    std::set<std::uint64_t> free_up_to(std::uint64_t old) const;
    void note_old();
    void take_away(const state& seen);
    void take_away(std::uint64_t sequence);
    bool was_swept(std::uint64_t sequence);
    void end_of_turns();
    void find_place(const std::string& when);

    prng random_;
    std::string directory_;
    journal_settings settings_;
    journal::tuning limits_;
    std::unique_ptr<boost::asio::io_context> context_;
    std::unique_ptr<journal::sqlite_storage> journal_;
    expectation expected_;
    std::set<std::string> opened_;
    std::set<std::string> closed_; // in this life
    std::set<std::string> known_;  // to the file
    std::chrono::steady_clock::time_point born_;
    /// Of the wall clock and of the time that ages count by, from the time since boot; at each turn of this life.
    struct clock_sample {
        milliseconds at;
        milliseconds wall;
        milliseconds age;
    };
    std::vector<clock_sample> samples_;
    milliseconds highest_age_ = milliseconds::min();
    std::uint64_t found_old_ = 0;
    bool swept_ = false; // a turn was loud since the last comparison
    std::set<std::uint64_t> may_be_gone_;
    bool loud_ = false;
    std::uint64_t life_ = 0;
    std::vector<event_ptr> fresh_;
    std::map<std::string, std::set<std::uint64_t>> given_up_;
    std::vector<std::string> log_;
};

template <class Value>
fixture::slot<Value> fixture::begin(boost::asio::awaitable<Value> what) {
    auto into = std::make_shared<std::optional<Value>>();
    boost::asio::co_spawn(*context_, std::move(what), [into](const std::exception_ptr& failure, Value value) {
        if (failure) {
            std::rethrow_exception(failure);
        }
        *into = std::move(value);
    });
    context_->restart();
    context_->poll();
    return into;
}

template <class Value>
std::optional<Value> fixture::answer(boost::asio::awaitable<Value> what) {
    const auto into = begin(std::move(what));
    turn();
    return *into;
}

} // namespace hookd::model
