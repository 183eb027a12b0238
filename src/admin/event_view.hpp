// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/journal/event_search.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::admin {

std::string_view to_text(journal::delivery_state what);
/// Empty for an unknown word.
std::optional<journal::delivery_state> state_from(std::string_view text);
/// The words, for an error message.
std::string all_states();

/// These without a line end.
std::string event_text(const journal::event_details& what);
std::string delivery_text(const event& of, const journal::sink_delivery& what);

/// These as one JSON object on one line.
std::string page_json(const journal::event_page& page);
/// Of the events up to the page's position.
std::string count_json(std::uint64_t events, const journal::event_page& last);
std::string erased_json(const journal::erased& what);
std::string repaired_json(const journal::repaired& what);
std::string error_json(std::string_view message);

} // namespace hookd::admin
