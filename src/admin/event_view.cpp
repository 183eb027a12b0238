// SPDX-License-Identifier: MIT
#include "admin/event_view.hpp"

#include <hookd/core/json_text.hpp>

#include <algorithm>
#include <array>

namespace hookd::admin {

namespace {

using json = nlohmann::ordered_json;
using journal::delivery_state;

struct standing_name {
    delivery_state what;
    std::string_view name;
};

constexpr std::array<standing_name, 5> standing_names{{{delivery_state::pending, "pending"},
                                                       {delivery_state::waiting, "waiting"},
                                                       {delivery_state::dead, "dead"},
                                                       {delivery_state::delivered, "delivered"},
                                                       {delivery_state::unwanted, "unwanted"}}};

json sink_json(const journal::sink_delivery& what) {
    json made{{"sink", what.sink}, {"state", to_text(what.state)}};
    const bool waits = what.state == delivery_state::waiting;
    if (waits || what.state == delivery_state::dead) {
        made["attempts"] = what.attempts;
        made["next_try"] = waits ? json(to_rfc3339(what.next_try)) : json(nullptr);
        made["detail"] = what.detail;
    }
    return made;
}

json event_json(const journal::event_details& what) {
    auto sinks = json::array();
    for (const auto& each : what.sinks) {
        sinks.push_back(sink_json(each));
    }
    return {{"sequence", what.head.sequence},
            {"id", what.head.id},
            {"type", what.head.type},
            {"endpoint", what.head.endpoint},
            {"accepted", to_rfc3339(what.head.accepted)},
            {"collection", what.head.collection},
            {"document", what.head.document},
            {"peer", what.head.peer},
            {"timestamp", what.head.timestamp},
            {"bytes", what.body_size},
            {"json", what.head.json},
            {"sinks", std::move(sinks)}};
}

} // namespace

std::string_view to_text(delivery_state what) {
    return std::ranges::find(standing_names, what, &standing_name::what)->name;
}

std::optional<delivery_state> standing_from(std::string_view text) {
    const auto* const found = std::ranges::find(standing_names, text, &standing_name::name);
    return found == standing_names.end() || found->what == delivery_state::unwanted ? std::nullopt
                                                                                    : std::optional{found->what};
}

std::string page_json(const journal::event_page& page) {
    auto events = json::array();
    for (const auto& each : page.events) {
        events.push_back(event_json(each));
    }
    return json_line({{"events", std::move(events)},
                      {"position", page.position},
                      {"more", page.more},
                      {"last_sequence", page.last_sequence}}) +
           '\n';
}

std::string repaired_json(const journal::repaired& what) {
    return json_line({{"events", what.events},
                      {"deliveries", what.deliveries},
                      {"sinks", what.sinks},
                      {"position", what.position},
                      {"more", what.more},
                      {"last_sequence", what.last_sequence}}) +
           '\n';
}

std::string error_json(std::string_view message) {
    return json_line({{"error", message}}) + '\n';
}

} // namespace hookd::admin
