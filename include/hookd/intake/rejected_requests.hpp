// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/client_network.hpp>
#include <hookd/core/counter.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/core/mutex.hpp>
#include <hookd/core/time.hpp>
#include <hookd/intake/settings.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookd::intake {

/// What is kept of a rejected request. All texts are from outside and shortened, unless noted otherwise.
struct rejected_request {
    std::uint64_t id = 0; ///< Counted from 1 since the start.
    unix_millis at{};
    std::string client;
    unsigned status = 0;
    rejection why;
    std::string endpoint; ///< A configured name; empty if the path is of none.
    std::string method;
    std::string path;             ///< Without the query, which may contain secrets.
    std::size_t header_bytes = 0; ///< This and the next: as received.
    std::size_t body_bytes = 0;
    std::vector<std::string> header_names;
    /// The id, timestamp and signature of both families, which are no secrets. No other value is kept.
    std::vector<std::pair<std::string, std::string>> signature_headers;
    bool shortened = false;          ///< A name or value was.
    std::optional<std::string> body; ///< Whole.

    std::size_t memory() const; ///< In bytes.
};

/// What a server knows about a request and its response; valid during the call.
struct rejected_source {
    const request& what;
    unsigned status = 0;
    const request_findings& found;
    std::size_t header_bytes = 0;
    std::size_t body_bytes = 0;
    bool whole = false; ///< The request has its whole body.
};

/// The last rejected requests, in memory: at most rejected.keep, and 16 MiB. Each reason has a share, and each client
/// network (an IPv6 client has a whole /64) a share of that: when the place is used up, the reason with most gives up
/// the oldest request of the network with most. So no client and no scanner pushes out the requests of others. Any
/// thread.
class rejected_requests {
public:
    static constexpr std::size_t most_bytes = std::size_t{16} << 20U;
    /// Larger bodies are not kept: a part of one is useless, since the signature is over all of it.
    static constexpr std::size_t largest_body = std::size_t{256} << 10U;

    explicit rejected_requests(const rejected_settings& settings) { configure(settings); }

    /// Of fewer than before, the newest stay, by the same shares. Bodies that are kept stay.
    void configure(const rejected_settings& settings);

    /// Does not block: while another thread uses the list, the request is only counted as missed.
    void add(const rejected_source& from, unix_millis now);

    using entry = std::shared_ptr<const rejected_request>;
    /// The newest first.
    std::vector<entry> list() const;
    /// Null if it is not kept.
    entry find(std::uint64_t id) const;

    std::size_t keep() const { return keep_; }
    std::uint64_t missed() const { return missed_.value(); }

private:
    /// The requests of a network with the same reason, the oldest first; never empty.
    struct group {
        const char* reason = nullptr; ///< The static text, which is compared by its address.
        client_network network{};
        std::uint64_t oldest = 0; ///< Its id, so that a search does not touch every request.
        std::list<entry> entries;
        std::size_t bytes = 0;
    };
    using measure = std::size_t (*)(const group&);

    void insert(entry added, const client_network& network) HOOKD_REQUIRES(mutex_);
    void make_room() HOOKD_REQUIRES(mutex_);
    void remove_oldest_of_largest(measure size) HOOKD_REQUIRES(mutex_);

    std::atomic<std::size_t> keep_{0};
    std::atomic<bool> keeps_bodies_{false};
    counter missed_;
    mutable mutex mutex_;
    std::vector<group> groups_ HOOKD_GUARDED_BY(mutex_);
    std::size_t count_ HOOKD_GUARDED_BY(mutex_) = 0;
    std::size_t bytes_ HOOKD_GUARDED_BY(mutex_) = 0;
    std::uint64_t last_id_ HOOKD_GUARDED_BY(mutex_) = 0;
};

} // namespace hookd::intake
