// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/http_message.hpp>
#include <hookd/core/time.hpp>
#include <hookd/intake/endpoint_paths.hpp>
#include <hookd/intake/metrics.hpp>
#include <hookd/intake/settings.hpp>
#include <hookd/journal/event_log.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace hookd::intake {

/// Turns a request into a response: finds the endpoint, verifies the signature, and makes the event durable. The reason
/// of a rejection goes to the log; the response has only the status. Not thread-safe: one for each I/O thread.
class intake {
public:
    /// All of these must outlive the intake. The secrets are already known to be well-formed. The threads of `workers`
    /// verify what would hold up the caller's thread for more than about a millisecond.
    intake(std::span<const endpoint_settings> endpoints, journal::event_log& log, wall_clock clock, metrics& counters,
           boost::asio::any_io_executor workers);
    intake(const intake&) = delete;
    intake& operator=(const intake&) = delete;
    ~intake();

    /// The response that needs no body: 404, 405, 403, 415. Nothing: read the body.
    std::optional<response> screen(const request& head);

    /// Verifies and stores. Returns 204 only after the event is synced to disk. The request must live until the
    /// coroutine ends.
    boost::asio::awaitable<response> take(const request& whole);

private:
    struct endpoint;

    endpoint* find(std::string_view target);
    void log_unknown_path(const request& head) const;
    response refuse(refusal why, const response& what, const endpoint& where, const request& of, std::string_view id);

    std::vector<std::unique_ptr<endpoint>> endpoints_;
    endpoint_paths paths_; // in the same order
    journal::event_log& log_;
    wall_clock clock_;
    metrics& metrics_;
    boost::asio::any_io_executor workers_;
};

} // namespace hookd::intake
