// SPDX-License-Identifier: MIT
#include "cli/events/delete_command.hpp"

#include "cli/confirmation.hpp"
#include "cli/events/event_change.hpp"
#include "cli/events/event_report.hpp"
#include "cli/json_member.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/exit_code.hpp>

#include <fmt/format.h>

#include <istream>
#include <ostream>

namespace hookd::cli {

namespace {

struct tally {
    std::uint64_t events = 0;
    std::uint64_t dead = 0;
    std::uint64_t kept = 0;
    std::string reason; ///< Of the first that is kept.
};

command_result<void> count(event_change& change, const std::string& query, bool dry_run, tally& to) {
    return change.run(query, dry_run, [&](const nlohmann::ordered_json& told) {
        to.events += number_member(told, "events");
        to.dead += number_member(told, "dead_letters");
        to.kept += number_member(told, "kept");
        if (const auto first = told.find("first_kept");
            to.reason.empty() && first != told.end() && first->is_object()) {
            to.reason = fmt::format("event {} is {} for sink {}", number_member(*first, "sequence"),
                                    text_member(*first, "state"), text_member(*first, "sink"));
        }
    });
}

std::string text_of(const tally& what) {
    return count_text(what.events, "event") + (what.dead > 0 ? " with " + count_text(what.dead, "dead letter") : "");
}

command_end kept_end(const tally& what) {
    return {exit_no, fmt::format("{} cannot be deleted, because a sink has not finished with it ({}): wait, drop the "
                                 "delivery once it is a dead letter, or remove the sink",
                                 count_text(what.kept, "event"), what.reason)};
}

command_result<std::string> query_of(const delete_arguments& given) {
    if (given.id.has_value() == given.document.has_value()) {
        return fail(exit_usage, given.id ? "an id and --document exclude each other"
                                         : "no event selected: give an id, or --document NAME");
    }
    if (given.collection && !given.document) {
        return fail(exit_usage, "--collection needs --document");
    }
    if (given.id) {
        return parameter("id", *given.id);
    }
    return parameter("document", *given.document) +
           (given.collection ? '&' + parameter("collection", *given.collection) : "");
}

} // namespace

int run_delete(const delete_arguments& given, std::istream& in, std::ostream& out, std::ostream& err) {
    const auto query = query_of(given);
    if (!query) {
        return end(query.error(), err);
    }
    const bool asks = !given.yes && !given.dry_run;
    if (asks && !given.ask) {
        return end({exit_usage, nobody_to_ask}, err);
    }
    auto with = open_event_source(given.where);
    if (!with) {
        return end(with.error(), err);
    }
    event_change change{**with, "delete"};
    tally preview;
    if (const auto counted = count(change, *query, true, preview); !counted) {
        return end(counted.error(), err);
    }
    if (preview.events == 0) {
        return end(preview.kept > 0 ? kept_end(preview) : command_end{exit_no, "no matching event in the journal"},
                   err);
    }
    tally done;
    if (given.dry_run) {
        out << "would delete " << text_of(preview) << '\n';
        done = preview;
    } else {
        if (asks && !is_confirmed("Delete " + text_of(preview) + " permanently", in, err)) {
            return end({exit_no, "nothing was deleted"}, err);
        }
        const auto deleted = count(change, *query, false, done);
        out << "deleted " << text_of(done) << '\n';
        if (!deleted) {
            return end(deleted.error(), err);
        }
    }
    return done.kept > 0 ? end(kept_end(done), err) : exit_done;
}

} // namespace hookd::cli
