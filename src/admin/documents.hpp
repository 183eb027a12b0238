// SPDX-License-Identifier: MIT
#pragma once

#include "admin/route.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace hookd::admin {

/// The newest verdict about each document, of the events in the journal. Made when it is asked for, a part at a time,
/// and given up when nobody has asked for a while. One thread.
class document_index {
public:
    /// More are not kept: those without news for longest are left out.
    static constexpr std::size_t most_documents = 100'000;

    struct verdict {
        std::uint64_t sequence = 0; ///< Of the newest event.
        bool failed = false;
        std::uint64_t events = 0; ///< With a verdict about this document.
        std::uint64_t failures = 0;
    };
    using key = std::pair<std::string, std::string>; ///< Collection and name.

    /// Adds what is new in the journal, as far as one request may. False: there is more; call it again.
    /// `erased`: how many events are gone since the daemon's start.
    boost::asio::awaitable<journal::storage_result<bool>> catch_up(journal::event_search& events, std::uint64_t erased);

    const std::map<key, verdict>& all() const { return documents_; }
    /// By the newest event.
    const std::map<std::uint64_t, const key*>& by_sequence() const { return by_sequence_; }
    std::uint64_t position() const { return position_; }
    bool left_some_out() const { return left_some_out_; }

private:
    void add(const event& head);

    std::map<key, verdict> documents_;
    std::map<std::uint64_t, const key*> by_sequence_;
    std::uint64_t position_ = 0;
    bool left_some_out_ = false;
    std::uint64_t erased_ = 0;
    std::chrono::steady_clock::time_point begun_{};
    std::chrono::steady_clock::time_point asked_{};
};

boost::asio::awaitable<response> list_documents(const daemon_context& of, const routed_request& what);

} // namespace hookd::admin
