// SPDX-License-Identifier: MIT
#pragma once

#include "http/client_network.hpp"

#include <hookd/core/mutex.hpp>

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace hookd::http {

/// The memory that all request bodies under way may take together. Three quarters of it can be had, and each body must
/// leave some multiple of its own size free: small ones are not kept out by large ones. When they are used up, the body
/// that nothing has been added to for longest gives way to another: one that has stalled; one of the client that has
/// the most, if that is more than the other client then has; or one of the same client that pauses. So nobody is kept
/// out by those who hold what they have. The last quarter is for those that gave way and are not freed yet. Any thread.
class body_budget {
public:
    using clock = std::chrono::steady_clock;
    enum class outcome : std::uint8_t { granted, used_up, gave_way };

    /// What one connection has of it; given back when it is destroyed. One thread's, but that any may make it give way.
    class share : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>> {
    public:
        /// `on_gave_way` is called on any thread, under the budget's lock: it must only wake the share's own.
        explicit share(
            body_budget& budget, std::function<void()> on_gave_way = [] {})
            : budget_{budget}, on_gave_way_{std::move(on_gave_way)} {}
        share(const share&) = delete;
        share& operator=(const share&) = delete;
        ~share() { static_cast<void>(resize(0, {})); }

        /// `client`: whose body it is; nothing for a peer that stands for many clients. Where it is not granted nothing
        /// changes. After `gave_way` only 0 bytes are granted, and all begins anew.
        [[nodiscard]] outcome resize(std::size_t bytes, const std::optional<client_network>& client,
                                     clock::time_point now = clock::now());
        /// Something was added to the body.
        void refresh(clock::time_point now = clock::now());
        std::size_t bytes() const { return bytes_; }
        /// It is to be given back soon, for another is using it already.
        bool gave_way() const { return gave_way_.load(std::memory_order_relaxed); }

    private:
        friend class body_budget;
        body_budget& budget_;
        std::function<void()> on_gave_way_;
        std::size_t bytes_ = 0;
        // Under the budget's lock:
        std::optional<client_network> client_;
        clock::time_point idle_since_;
        std::atomic<bool> gave_way_{false};
    };

    explicit body_budget(std::size_t most) : most_{most} {}

    void limit(std::size_t most);

private:
    outcome take(share& whose, std::size_t bytes, clock::time_point now) HOOKD_REQUIRES(mutex_);
    share* find_victim(const share& other, std::size_t more, clock::time_point now) HOOKD_REQUIRES(mutex_);
    void add(const share& whose, std::size_t more) HOOKD_REQUIRES(mutex_);
    void subtract(const share& whose, std::size_t less) HOOKD_REQUIRES(mutex_);

    mutex mutex_;
    std::size_t most_ HOOKD_GUARDED_BY(mutex_);
    std::size_t used_ HOOKD_GUARDED_BY(mutex_) = 0;      // by those that have not given way
    std::size_t given_way_ HOOKD_GUARDED_BY(mutex_) = 0; // by those that have
    std::map<client_network, std::size_t> by_client_ HOOKD_GUARDED_BY(mutex_);
    // The longest idle first.
    boost::intrusive::list<share, boost::intrusive::constant_time_size<false>> shares_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::http
