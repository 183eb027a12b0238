// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>
#include <hookd/http/client/client.hpp>
#include <hookd/sinks/sink.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hookd::sinks {

/// The outcome for a response: 2xx is `delivered`, the statuses in `reject` are `reject`. All others say more about the
/// server than about the event (it moves, is being deployed, expects another token) and are temporary: `retry`. If
/// every event fails, the circuit breaker opens. `now` is the start for a Retry-After with a date. The detail quotes
/// the beginning of the response body, as far as it was kept.
outcome judge(const http::client_response& response, std::span<const std::uint64_t> reject, unix_millis now);

/// The outcome without a response. Without a connection, no other event could be delivered either: `unavailable`, with
/// growing pauses. Once the event was sent, it may be the reason of the error: `retry`, so that no event can block the
/// others.
outcome judge(const http::client_error& error);

/// RFC 9110 section 10.2.3: seconds, or a date in any of the three forms of section 5.6.7. At most a day; nothing if it
/// is neither, 0 if the date has passed.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, unix_millis now);

} // namespace hookd::sinks
