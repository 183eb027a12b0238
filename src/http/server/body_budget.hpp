// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/client_network.hpp>
#include <hookd/core/mutex.hpp>

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace hookd::http {

/// The memory for all request bodies in flight. Three quarters of it can be granted, and each body must leave a
/// multiple of its size free, so that large bodies do not block small ones. If they are used up, the body without
/// progress for the longest time is dropped for another one: a stalled one; one of the client that has the most, if
/// that is more than the other client then has; or one of the same client that pauses. So clients that only hold memory
/// do not block others. The last quarter is for dropped bodies that are not freed yet. Any thread.
class body_budget {
    using hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>>;

public:
    using clock = std::chrono::steady_clock;
    enum class outcome : std::uint8_t { granted, used_up, gave_way };

    /// The share of a connection; returned when it is destroyed. For one thread, but any thread may drop it.
    class share {
    public:
        /// `on_gave_way` is called on any thread, under the budget's lock: it must only wake the share's own.
        explicit share(
            body_budget& budget, std::function<void()> on_gave_way = [] {})
            : budget_{budget}, on_gave_way_{std::move(on_gave_way)} {}
        share(const share&) = delete;
        share& operator=(const share&) = delete;
        ~share() { static_cast<void>(resize(0, {})); }

        /// `client`: the owner of the body; nothing for a peer with many clients. If it is not granted, nothing
        /// changes. After `gave_way` only 0 bytes are granted, which starts again.
        [[nodiscard]] outcome resize(std::size_t bytes, const std::optional<client_network>& client,
                                     clock::time_point now = clock::now());
        /// The body has made progress.
        void refresh(clock::time_point now = clock::now());
        std::size_t bytes() const { return bytes_; }
        /// It must be returned soon, because another share already uses it.
        bool gave_way() const { return gave_way_.load(std::memory_order_relaxed); }

    private:
        friend class body_budget;
        body_budget& budget_;
        std::function<void()> on_gave_way_;
        std::size_t bytes_ = 0;
        // Under the budget's lock:
        std::optional<client_network> client_;
        clock::time_point idle_since_;
        hook among_all_; // this and the next: linked while it counts
        hook of_client_;
        std::atomic<bool> gave_way_{false};
    };

    explicit body_budget(std::size_t most) : most_{most} {}

    void limit(std::size_t most);

private:
    outcome take(share& whose, std::size_t bytes, clock::time_point now) HOOKD_REQUIRES(mutex_);
    share* find_victim(const share& other, std::size_t more, clock::time_point now) HOOKD_REQUIRES(mutex_);
    void count(share& whose, std::size_t bytes) HOOKD_REQUIRES(mutex_);

    /// Those idle for longest first.
    template <hook share::* Hook>
    using share_list = boost::intrusive::list<share, boost::intrusive::constant_time_size<false>,
                                              boost::intrusive::member_hook<share, hook, Hook>>;
    struct holdings {
        std::size_t bytes = 0;
        share_list<&share::of_client_> shares{};
    };

    mutex mutex_;
    std::size_t most_ HOOKD_GUARDED_BY(mutex_);
    std::size_t used_ HOOKD_GUARDED_BY(mutex_) = 0;      // by shares that were not dropped
    std::size_t given_way_ HOOKD_GUARDED_BY(mutex_) = 0; // by dropped shares
    // Many bodies may wait and try again and again, so that no try may look at every client or share.
    share_list<&share::among_all_> shares_ HOOKD_GUARDED_BY(mutex_);
    std::map<std::optional<client_network>, holdings> by_client_ HOOKD_GUARDED_BY(mutex_);
    std::set<std::pair<std::size_t, client_network>> by_bytes_ HOOKD_GUARDED_BY(mutex_); // of the known clients
};

} // namespace hookd::http
