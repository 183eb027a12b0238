// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>
#include <hookd/http/client.hpp>
#include <hookd/sinks/sink.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hookd::sinks {

/// What an answer means for its event: 2xx is `delivered`, the statuses in `reject` are `reject`. All others say more
/// about the server than about the event (it moves, is being deployed, wants another token), and a server's trouble
/// passes: `retry`; if it has trouble with every event, the circuit notices. `now` is what a Retry-After with a date
/// counts from. The detail quotes the beginning of the answer's body, as far as it was kept.
outcome judge(const http::client_response& response, std::span<const std::uint64_t> reject, unix_millis now);

/// What it means that there is none. Where no connection came about, none would for any other event: `unavailable`, so
/// that a dead host is left alone for growing pauses. Once the event was sent, the error may be its own: `retry`, so
/// that no event can hold up the others.
outcome judge(const http::client_error& error);

/// RFC 9110 section 10.2.3: seconds, or a date in any of the three forms of section 5.6.7. At most a day; nothing where
/// it is neither, 0 where the date has passed.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, unix_millis now);

} // namespace hookd::sinks
