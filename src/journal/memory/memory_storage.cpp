// SPDX-License-Identifier: MIT
#include "journal/memory/memory_storage.hpp"

#include <hookd/journal/memory.hpp>

#include <span>
#include <utility>

namespace asio = boost::asio;

namespace hookd::journal {

memory_storage::memory_storage(const journal_settings& bounds, observers watch, memory_tables::time (*now)(),
                               wall_clock clock)
    : watch_(std::move(watch)), now_(now), clock_(clock), tables_(bounds, metrics_) {}

template <class Value, class Work>
storage_result<Value> memory_storage::locked(const Work& work) {
    const mutex_lock held(mutex_);
    if (closed_) {
        return std::unexpected(storage_error{storage_errc::closed, "the journal is closed"});
    }
    tables_.sweep(now_());
    if constexpr (std::is_void_v<Value>) {
        work(tables_);
        return {};
    } else {
        return work(tables_);
    }
}

template <class Value, class Work>
asio::awaitable<storage_result<Value>> memory_storage::answer(Work work) {
    co_return locked<Value>(std::move(work));
}

asio::awaitable<append_outcome> memory_storage::append(std::shared_ptr<event> what) {
    const auto outcome = locked<append_outcome>([&](memory_tables& tables) {
        const auto became = tables.append(what, now_());
        if (became == append_outcome::stored && watch_.committed) {
            const event_ptr fresh = what;
            watch_.committed(std::span(&fresh, 1)); // under the mutex: in order
        }
        return became;
    });
    co_return outcome.value_or(append_outcome::stopped);
}

asio::awaitable<storage_result<std::vector<event_ptr>>> memory_storage::read(std::uint64_t after, std::size_t most,
                                                                             byte_size most_bytes) {
    return answer<std::vector<event_ptr>>([=](const auto& tables) { return tables.read(after, most, most_bytes); });
}

storage_result<sink_state> memory_storage::open_sink(const sink_scope& sink) {
    return locked<sink_state>([&](auto& tables) { return tables.open_sink(sink); });
}

void memory_storage::close_sink(std::string_view sink) {
    const mutex_lock held(mutex_);
    tables_.close_sink(sink);
}

storage_result<void> memory_storage::commit_cursor(std::string_view sink, std::uint64_t cursor) {
    return locked<void>([&](auto& tables) { tables.commit_cursor(sink, cursor, clock_()); });
}

storage_result<void> memory_storage::nack(std::string_view sink, failure what) {
    return locked<void>([&](auto& tables) { tables.nack(sink, std::move(what)); });
}

storage_result<void> memory_storage::ack(std::string_view sink, std::uint64_t sequence, attempt made) {
    return locked<void>([&](auto& tables) { tables.ack(sink, sequence, std::move(made)); });
}

asio::awaitable<storage_result<std::vector<due_event>>>
memory_storage::due(std::string_view sink, unix_millis now, std::size_t most, std::vector<std::uint64_t> except) {
    return answer<std::vector<due_event>>([=, name = std::string(sink), left_out = std::move(except)](
                                              const auto& tables) { return tables.due(name, now, most, left_out); });
}

asio::awaitable<storage_result<sink_state>> memory_storage::state(std::string_view sink) {
    return answer<sink_state>([name = std::string(sink)](const auto& tables) { return tables.state(name); });
}

asio::awaitable<storage_result<void>> memory_storage::pause(std::string sink, bool paused) {
    return answer<void>([name = std::move(sink), paused](auto& tables) { tables.pause(name, paused); });
}

asio::awaitable<storage_result<event_page>> memory_storage::query(event_query what) {
    return answer<event_page>([what = std::move(what)](const auto& tables) { return tables.query(what); });
}

asio::awaitable<storage_result<event_ptr>> memory_storage::get(std::uint64_t sequence) {
    return answer<event_ptr>([=](const auto& tables) { return tables.get(sequence); });
}

asio::awaitable<storage_result<repaired>> memory_storage::apply(repair what) {
    return answer<repaired>([what = std::move(what)](auto& tables) { return tables.apply(what); });
}

asio::awaitable<storage_result<erased>> memory_storage::erase(erasure what) {
    return answer<erased>([what = std::move(what)](auto& tables) { return tables.erase(what); });
}

asio::awaitable<storage_result<std::vector<orphaned_sink>>>
memory_storage::orphans(std::vector<std::string> configured) {
    return answer<std::vector<orphaned_sink>>(
        [configured = std::move(configured)](const auto& tables) { return tables.orphans(configured); });
}

asio::awaitable<storage_result<sink_edit>> memory_storage::forget(std::string sink) {
    return answer<sink_edit>([name = std::move(sink)](auto& tables) { return tables.forget(name); });
}

asio::awaitable<storage_result<sink_edit>> memory_storage::rename(std::string from, std::string to, unix_millis now) {
    return answer<sink_edit>(
        [from = std::move(from), to = std::move(to), now](auto& tables) { return tables.rename(from, to, now); });
}

acceptance memory_storage::accepts() const {
    const mutex_lock held(mutex_);
    return closed_ ? acceptance::closed : metrics_.over_size ? acceptance::over_size : acceptance::open;
}

void memory_storage::configure(const journal_settings& bounds) {
    const mutex_lock held(mutex_);
    tables_.configure(bounds);
}

void memory_storage::close() {
    const mutex_lock held(mutex_);
    closed_ = true;
}

std::unique_ptr<storage> open_in_memory(const journal_settings& bounds, observers watch) {
    const auto now = [] {
        return std::chrono::duration_cast<memory_tables::time>(std::chrono::steady_clock::now().time_since_epoch());
    };
    return std::make_unique<memory_storage>(bounds, std::move(watch), now, system_now);
}

} // namespace hookd::journal
