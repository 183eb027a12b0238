// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/loadgen/load.hpp>
#include <hookd/loadgen/tally.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace hookd::cli {

/// In a suitable unit, with two or three significant digits: `0.31 ms`, `3.1 ms`, `240 ms`, `1.25 s`.
std::string latency_text(std::chrono::microseconds latency);

/// `204 msg_… upsert.fail 3.1 ms`; `---` and the reason for one without a response; and a word if the status alone does
/// not show whether it is as expected.
std::string event_line(const loadgen::sent_event& event, std::string_view type,
                       loadgen::expectation wanted = loadgen::expectation::accepted);

/// A bar of fixed width, the number of events done and in total, and the rate; without a line break.
std::string bar_line(std::uint64_t done, std::uint64_t count, std::chrono::nanoseconds elapsed);

/// Statuses, errors, rate and latencies, one line each.
std::string summary_text(const loadgen::send_tally& tally, const loadgen::load_plan& plan,
                         const loadgen::load_outcome& outcome);

/// Problems and advice for the statuses and errors that occurred, one line each; may be empty.
std::string advice_text(const loadgen::send_tally& tally);
std::string_view advice_for(http::client_errc error);

} // namespace hookd::cli
