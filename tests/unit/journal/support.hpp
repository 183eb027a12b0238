// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/sqlite_storage.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace hookd::journal::testing {

/// Long enough for any machine; a test that waits for it has failed.
inline constexpr std::chrono::seconds patience{30};

class temporary_directory {
public:
    temporary_directory();
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory();
    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string journal() const { return file("journal.db"); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// The clock the journals here are opened with.
unix_millis now();
/// Sets the wall clock without any time passing.
void set_clock(unix_millis to);
/// On both clocks.
void let_pass(std::chrono::milliseconds time);
std::chrono::milliseconds since_boot();
inline constexpr unix_millis some_day{std::chrono::milliseconds(1'770'000'000'000)};

journal_settings settings_for(const std::string& path);
/// Throws with the journal's message when it does not open.
std::unique_ptr<sqlite_storage> open_journal(const journal_settings& settings, const tuning& limits = {},
                                             observers watch = {});
/// The error message when it does not open.
std::string refusal(const std::string& path);

event sample(const std::string& id, std::size_t body = 100);

/// Runs the coroutine to its end in a context of its own.
template <class Value>
Value wait_for(boost::asio::awaitable<Value> what) {
    boost::asio::io_context context;
    auto done = boost::asio::co_spawn(context, std::move(what), boost::asio::use_future);
    context.run_for(patience);
    if (done.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        throw std::runtime_error("the journal has not answered");
    }
    return done.get();
}

/// What it answers; a test that gets an error instead has failed.
template <class Value>
Value wait_for(boost::asio::awaitable<storage_result<Value>> what) {
    auto answer = wait_for<storage_result<Value>>(std::move(what));
    if (!answer) {
        throw std::runtime_error(answer.error().message);
    }
    if constexpr (!std::is_void_v<Value>) {
        return std::move(*answer);
    }
}

/// Why it does not answer; a test that gets an answer instead has failed.
template <class Value>
storage_error storage_error_of(boost::asio::awaitable<storage_result<Value>> what) {
    const auto answer = wait_for<storage_result<Value>>(std::move(what));
    if (answer) {
        throw std::runtime_error("the journal has answered");
    }
    return answer.error();
}

template <class Value>
storage_errc error_of(boost::asio::awaitable<storage_result<Value>> what) {
    return storage_error_of(std::move(what)).what;
}

append_outcome append(storage& into, event what);
std::vector<event_ptr> read_all(storage& from);

/// SQLite's own check of the closed journal's whole file finds nothing.
bool is_sound(const std::string& path);

/// Waits until `holds` returns true; false: it did not in time.
bool eventually(const std::function<bool()>& holds);

/// What the process's calls of fdatasync(2) do; see sync_shim.cpp.
std::uint64_t syncs();
void fail_next_sync(int with_errno);

} // namespace hookd::journal::testing
