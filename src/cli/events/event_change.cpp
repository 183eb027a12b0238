// SPDX-License-Identifier: MIT
#include "cli/events/event_change.hpp"

#include "cli/events/event_pages.hpp"
#include "cli/json_member.hpp"

#include <hookd/core/json_text.hpp>

#include <fmt/format.h>

namespace hookd::cli {

command_result<void> event_change::run(const std::string& query, bool dry_run,
                                       const std::function<void(const nlohmann::ordered_json& told)>& take) {
    std::uint64_t position = 0;
    for (bool more = true; more;) {
        const auto limit = up_to_ ? fmt::format("&up_to={}", *up_to_) : std::string{};
        const auto body = with_.ask(
            "POST", fmt::format("/v1/events/{}?{}&from={}&dry_run={}{}", verb_, query, position, dry_run, limit));
        if (!body) {
            return std::unexpected{body.error()};
        }
        const auto told = parse_json(*body);
        if (!told.is_object()) {
            return not_understood();
        }
        up_to_ = up_to_.value_or(number_member(told, "last_sequence"));
        take(told);
        more = flag_member(told, "more", false);
        if (const auto next = number_member(told, "position"); more && next == std::exchange(position, next)) {
            return not_understood(); // continuing would never end
        }
    }
    return {};
}

} // namespace hookd::cli
