// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/byte_size.hpp>
#include <hookd/core/event.hpp>
#include <hookd/core/time.hpp>
#include <hookd/journal/storage_error.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace hookd::journal {

/// The outcome of an append.
enum class append_outcome : std::uint8_t {
    stored,    ///< Durable.
    duplicate, ///< An event with this endpoint and id is durable already.
    full,      ///< No space, or max_size is reached; nothing was stored; temporary.
    busy,      ///< Too much is waiting to be stored; nothing was stored.
    stopped,   ///< The storage is closing or has failed; nothing is known to be stored.
};

/// Called on the storage's thread after each commit, with the events it stored, in order. Must not block.
using commit_observer = std::function<void(std::span<const event_ptr>)>;

/// The durable log of events. Awaitables resume on the awaiting coroutine's executor; when its execution context is
/// destroyed first, the coroutine ends there. Any thread, does not block.
class event_log {
public:
    /// Makes the event durable, and gives it its sequence number. `stored` and `duplicate` are answered only after the
    /// sync that covers them. The events that gather while a commit runs share the next one.
    virtual boost::asio::awaitable<append_outcome> append(std::shared_ptr<event> what) = 0;

    /// Events after `after` in order, at most `most` and about `most_bytes` of bodies, but one at least; empty at the
    /// end.
    virtual boost::asio::awaitable<storage_result<std::vector<event_ptr>>> read(std::uint64_t after, std::size_t most,
                                                                                byte_size most_bytes) = 0;

    /// Sequence number of the last durable event; 0 in an empty log.
    virtual std::uint64_t last_sequence() const = 0;

    /// When the newest event of each endpoint was accepted, as far as it was among the last few thousand when the log
    /// was opened.
    virtual const std::map<std::string, unix_millis>& newest_at_start() const = 0;

protected:
    ~event_log() = default;
};

} // namespace hookd::journal
