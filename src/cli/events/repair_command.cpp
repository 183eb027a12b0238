// SPDX-License-Identifier: MIT
#include "cli/events/repair_command.hpp"

#include "cli/confirmation.hpp"
#include "cli/events/event_change.hpp"
#include "cli/events/event_report.hpp"
#include "cli/json_member.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <ostream>
#include <set>
#include <utility>

namespace hookd::cli {

namespace {

struct tally {
    std::uint64_t events = 0;
    std::uint64_t deliveries = 0;
    std::set<std::string> sinks;
};

class repair {
public:
    repair(const repair_arguments& given, event_source& with, std::vector<std::string> queries)
        : change_{with, given.drop ? "drop" : "replay"}, queries_{std::move(queries)} {}

    /// Of what is there now: `carry_out` ignores later events, too.
    command_result<void> count(tally& to) { return all(true, to); }
    /// On errors, `to` has what was done before.
    command_result<void> carry_out(tally& to) { return all(false, to); }

private:
    command_result<void> all(bool dry_run, tally& to) {
        command_result<void> done;
        for (std::size_t i = 0; done && i < queries_.size(); ++i) {
            done = one(queries_[i], dry_run, to);
        }
        return done;
    }

    command_result<void> one(const std::string& query, bool dry_run, tally& to) {
        return change_.run(query, dry_run, [&](const nlohmann::ordered_json& told) {
            to.events += number_member(told, "events");
            to.deliveries += number_member(told, "deliveries");
            for (const auto& each : told.value("sinks", nlohmann::ordered_json::array())) {
                to.sinks.insert(each.is_string() ? each.get<std::string>() : json_line(each));
            }
        });
    }

    event_change change_;
    const std::vector<std::string> queries_;
};

/// `3 deliveries of 2 events to a, b`; each event and sink has at most one dead letter.
std::string text_of(const tally& what, bool drop) {
    std::string names;
    for (const auto& each : what.sinks) {
        names += (names.empty() ? "" : ", ") + escaped(each);
    }
    return fmt::format("{} of {} {} {}", count_text(what.deliveries, drop ? "dead letter" : "delivery"),
                       count_text(what.events, "event"), drop ? "of" : "to", names);
}

/// One query for each id, or the selection's.
result<std::vector<std::string>> queries_of(const repair_arguments& given) {
    if (given.ids.empty() && !given.which.narrows()) {
        return std::unexpected{error{"no events selected: give ids, --dead or a filter such as --since 2h"}};
    }
    auto query = query_of(given.which, system_now());
    if (!query) {
        return std::unexpected{query.error()};
    }
    if (given.all_sinks) {
        *query += (query->empty() ? "" : "&") + parameter("all_sinks", "true");
    }
    if (given.ids.empty()) {
        return std::vector{std::move(*query)};
    }
    std::vector<std::string> all;
    for (const auto& id : given.ids) {
        auto one = parameter("id", id) + (query->empty() ? "" : '&' + *query);
        if (std::ranges::find(all, one) == all.end()) {
            all.push_back(std::move(one));
        }
    }
    return all;
}

/// A replay of named events is explicit enough, and can be repeated.
bool needs_a_yes(const repair_arguments& given) {
    return !given.yes && (given.drop || given.ids.empty());
}

} // namespace

int run_repair(const repair_arguments& given, std::istream& in, std::ostream& out, std::ostream& err) {
    auto queries = queries_of(given);
    if (!queries) {
        return end({exit_usage, queries.error().message}, err);
    }
    if (needs_a_yes(given) && !given.ask && !given.dry_run) {
        return end({exit_usage, nobody_to_ask}, err);
    }
    auto with = open_event_source(given.where);
    if (!with) {
        return end(with.error(), err);
    }
    repair work{given, **with, std::move(*queries)};
    tally counted;
    if (const auto could = work.count(counted); !could) {
        return end(could.error(), err);
    }
    if (counted.deliveries == 0) {
        return end({exit_no, given.drop
                                 ? "no matching dead letters: see 'colivara-hookd events list --state dead'"
                                 : "no matching event failed: to replay others, too, add --sink NAME or --all-sinks"},
                   err);
    }
    if (given.dry_run) {
        out << "would " << (given.drop ? "drop " : "replay ") << text_of(counted, given.drop) << '\n';
        return exit_done;
    }
    if (needs_a_yes(given) &&
        !is_confirmed((given.drop ? "Drop " : "Replay ") + text_of(counted, given.drop), in, err)) {
        return end({exit_no, "nothing was changed"}, err);
    }
    tally changed;
    const auto done = work.carry_out(changed);
    if (done || changed.deliveries > 0) {
        out << (given.drop ? "dropped " : "replayed ") << text_of(changed, given.drop) << '\n';
    }
    return done ? exit_done : end(done.error(), err);
}

} // namespace hookd::cli
