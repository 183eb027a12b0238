// SPDX-License-Identifier: MIT
#include "admin/event_view.hpp"

#include <hookd/core/json_text.hpp>

#include <algorithm>
#include <iterator>

namespace hookd::admin {

namespace {

using json = nlohmann::ordered_json;
using journal::delivery_state;

struct state_name {
    delivery_state what;
    std::string_view name;
};

constexpr state_name state_names[] = {
    {delivery_state::waiting, "waiting"},   {delivery_state::in_flight, "in_flight"},
    {delivery_state::retrying, "retrying"}, {delivery_state::delivered, "delivered"},
    {delivery_state::dead, "dead"},         {delivery_state::dropped, "dropped"},
    {delivery_state::filtered, "filtered"}, {delivery_state::before_sink, "before_sink"},
    {delivery_state::orphaned, "orphaned"},
};

std::string_view outcome_text(journal::attempt_outcome what) {
    switch (what) {
    case journal::attempt_outcome::delivered:
        return "delivered";
    case journal::attempt_outcome::rejected:
        return "rejected";
    case journal::attempt_outcome::failed:
        break;
    }
    return "failed";
}

json attempt_json(const journal::attempt& what) {
    return {{"number", what.number},
            {"start", to_rfc3339(what.start)},
            {"milliseconds", what.took.count()},
            {"outcome", outcome_text(what.outcome)},
            {"code", what.code ? json(*what.code) : json(nullptr)},
            {"detail", what.detail}};
}

json time_json(const std::optional<unix_millis>& time) {
    return time ? json(to_rfc3339(*time)) : json(nullptr);
}

json sink_json(const journal::sink_delivery& what) {
    json made{{"sink", what.sink}, {"state", to_text(what.state)}};
    const bool ended = what.state == delivery_state::delivered || what.state == delivery_state::dropped;
    if (ended) {
        made["at"] = time_json(what.at);
    }
    if (what.attempts > 0 || !what.detail.empty() || what.state == delivery_state::dead) {
        const bool next = what.next_try != unix_millis{};
        made["attempts"] = what.attempts;
        made["next_try"] = next ? json(to_rfc3339(what.next_try)) : json(nullptr);
        made["detail"] = what.detail;
    }
    if (!what.log.empty()) {
        auto& log = made["attempt_log"] = json::array();
        for (const auto& each : what.log) {
            log.push_back(attempt_json(each));
        }
    }
    return made;
}

json event_json(const journal::event_details& what) {
    auto sinks = json::array();
    for (const auto& each : what.sinks) {
        sinks.push_back(sink_json(each));
    }
    json made{{"sequence", what.head.sequence},
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
    if (!what.head.traceparent.empty()) {
        made["traceparent"] = what.head.traceparent;
    }
    return made;
}

} // namespace

std::string_view to_text(delivery_state what) {
    return std::ranges::find(state_names, what, &state_name::what)->name;
}

std::optional<delivery_state> state_from(std::string_view text) {
    const auto* const found = std::ranges::find(state_names, text, &state_name::name);
    return found == std::end(state_names) ? std::nullopt : std::optional{found->what};
}

std::string all_states() {
    std::string names;
    for (const auto& each : state_names) {
        names += (names.empty() ? "" : ", ") + std::string{each.name};
    }
    return names;
}

std::string event_text(const journal::event_details& what) {
    return json_line(event_json(what));
}

std::string delivery_text(const event& of, const journal::sink_delivery& what) {
    auto made = sink_json(what);
    made["sequence"] = of.sequence;
    made["id"] = of.id;
    return json_line(made);
}

namespace {

/// With what a client needs to go on.
template <class Part>
std::string part_json(json what, const Part& part) {
    what["position"] = part.position;
    what["more"] = part.more;
    what["last_sequence"] = part.last_sequence;
    return json_line(what) + '\n';
}

} // namespace

std::string page_json(const journal::event_page& page) {
    auto events = json::array();
    for (const auto& each : page.events) {
        events.push_back(event_json(each));
    }
    return part_json({{"events", std::move(events)}}, page);
}

std::string count_json(std::uint64_t events, const journal::event_page& last) {
    return part_json({{"events", events}}, last);
}

std::string repaired_json(const journal::repaired& what) {
    return part_json({{"events", what.events}, {"deliveries", what.deliveries}, {"sinks", what.sinks}}, what);
}

std::string erased_json(const journal::erased& what) {
    const auto& first = what.first;
    const auto kept =
        first ? json{{"sequence", first->sequence}, {"sink", first->sink}, {"state", to_text(first->state)}} : json();
    return part_json({{"events", what.events}, {"dead_letters", what.dead}, {"kept", what.kept}, {"first_kept", kept}},
                     what);
}

std::string error_json(std::string_view message) {
    return json_line({{"error", message}}) + '\n';
}

} // namespace hookd::admin
