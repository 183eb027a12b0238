// SPDX-License-Identifier: MIT
#include "cli/events/event_pages.hpp"

#include "cli/json_member.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>

#include <fmt/format.h>

#include <utility>

namespace hookd::cli {

std::unexpected<command_end> not_understood() {
    return fail(exit_unreachable,
                "the daemon's response is not understood: use the same version of this command and the daemon");
}

command_result<event_part> ask_events(event_source& from, const std::string& query, bool newest_first,
                                      std::uint64_t position, std::uint64_t limit) {
    const auto target = fmt::format("/v1/events?order={}&from={}&limit={}{}{}", newest_first ? "newest" : "oldest",
                                    position, limit, query.empty() ? "" : "&", query);
    const auto body = from.ask("GET", target);
    if (!body) {
        return std::unexpected{body.error()};
    }
    auto told = parse_json(*body);
    if (!told.is_object() || !told.contains("events") || !told["events"].is_array()) {
        return not_understood();
    }
    event_part part;
    for (auto& each : told["events"]) {
        if (!each.is_object()) {
            return not_understood();
        }
        part.events.push_back(std::move(each));
    }
    part.position = number_member(told, "position");
    part.last_sequence = number_member(told, "last_sequence");
    part.more = flag_member(told, "more", false);
    const bool further = newest_first ? position == 0 || part.position < position : part.position > position;
    if (part.more && (!further || part.position == 0)) {
        return not_understood(); // continuing would never end
    }
    return part;
}

command_result<std::uint64_t> ask_last_sequence(event_source& from) {
    const auto nothing = ask_events(from, {}, false, INT64_MAX, 1);
    if (!nothing) {
        return std::unexpected{nothing.error()};
    }
    return nothing->last_sequence;
}

} // namespace hookd::cli
