// SPDX-License-Identifier: MIT
#include "cli/events/wait_command.hpp"

#include "cli/admin_client.hpp"
#include "cli/events/event_follower.hpp"
#include "cli/events/event_pages.hpp"
#include "cli/events/event_report.hpp"
#include "cli/events/event_selection.hpp"
#include "cli/json_member.hpp"
#include "cli/options.hpp"
#include "cli/terminal_text.hpp"
#include "cli/time_argument.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <ostream>
#include <utility>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;
using clock = std::chrono::steady_clock;

constexpr std::uint64_t most_at_once = 100;
/// A verdict that came so shortly before the command is the one that is waited for: an upload was faster than the
/// command after it. An older one is about an earlier upload.
constexpr auto usual_since = "1m";

/// Success or failure; empty for other types of events.
std::optional<int> verdict_of(const json& event) {
    const auto type = text_member(event, "type");
    if (type.ends_with(".success")) {
        return exit_done;
    }
    return type.ends_with(".fail") ? std::optional<int>{exit_no} : std::nullopt;
}

/// The newest event with a verdict that the query selects, of those that are in the journal.
command_result<std::optional<json>> find_latest(event_source& from, const std::string& query, std::uint64_t floor,
                                                std::optional<clock::time_point> deadline) {
    const auto until = query + '&' + parameter("up_to", std::to_string(floor));
    std::uint64_t position = 0;
    for (bool more = true; more;) {
        auto part = ask_events(from, until, true, position, most_at_once);
        if (!part) {
            return std::unexpected{part.error()};
        }
        for (auto& each : part->events) {
            if (verdict_of(each)) {
                return std::optional{std::move(each)};
            }
        }
        position = part->position;
        more = part->more && !(deadline && clock::now() >= *deadline);
    }
    return std::optional<json>{};
}

/// What a wait is for: the document alone, and with the time from which on an event counts.
struct wanted_events {
    std::string document;
    std::string recent;
};

result<wanted_events> wanted_by(const wait_arguments& given) {
    event_selection which;
    which.document = given.document;
    which.collection = given.collection;
    const auto document = query_of(which, system_now());
    if (!given.latest) {
        which.since = given.since.value_or(usual_since);
    }
    const auto recent = query_of(which, system_now());
    if (!document || !recent) {
        return std::unexpected{!document ? document.error() : recent.error()};
    }
    return wanted_events{.document = *document, .recent = *recent};
}

/// Empty: not in time.
command_result<std::optional<json>> wait_for(event_source& from, const std::string& socket, const wait_arguments& given,
                                             const wanted_events& wanted, std::optional<clock::time_point> deadline,
                                             std::ostream& err) {
    const auto floor = ask_last_sequence(from);
    if (!floor) {
        return std::unexpected{floor.error()};
    }
    if (!given.next) {
        auto latest = find_latest(from, wanted.recent, *floor, deadline);
        if (!latest || *latest) {
            return latest;
        }
    }
    const auto older = find_latest(from, wanted.document, *floor, deadline);
    if (!older) {
        return older;
    }
    if (*older) {
        print_error(err, "ignoring the older " + escaped(text_member(**older, "type")) + " of " +
                             time_text(text_member(**older, "accepted"), false) + ": --latest accepts it");
    }
    print_error(err, "waiting for the next event about " + escaped(given.document));
    std::optional<json> found;
    event_follower daemon{socket, wanted.document, *floor};
    const auto followed = daemon.follow(
        deadline,
        [&](const stream_message& each) {
            if (each.is_event && verdict_of(each.what)) {
                found = each.what;
            }
            return !found;
        },
        [&](const std::string& why) { print_error(err, why + "; waiting for it to come back"); });
    if (!followed) {
        return std::unexpected{followed.error()};
    }
    return found;
}

} // namespace

int run_wait(const wait_arguments& given, std::ostream& out, std::ostream& err) {
    std::optional<clock::time_point> deadline;
    if (given.timeout) {
        const auto patience = parse_duration(*given.timeout);
        if (!patience) {
            return end({exit_usage, "--timeout: expected a duration such as 30s, 5m or 1h"}, err);
        }
        constexpr std::chrono::milliseconds longest = std::chrono::years{10};
        deadline = clock::now() + std::min(*patience, longest);
    }
    const auto wanted = wanted_by(given);
    if (!wanted) {
        return end({exit_usage, wanted.error().message}, err);
    }
    auto where = given.where;
    where.offline = false;
    auto from = open_event_source(where);
    if (!from) {
        return end(from.error(), err);
    }
    const auto socket = find_admin_socket(where.socket, where.config_path);
    if (!socket) {
        return end(socket.error(), err);
    }
    const auto found = wait_for(**from, socket->path, given, *wanted, deadline, err);
    if (!found) {
        return end(found.error(), err);
    }
    const auto& came = *found;
    if (!came) {
        return end({exit_timed_out, "no event for " + given.document + " within " + given.timeout.value_or("")}, err);
    }
    const auto& event = *came;
    if (given.json) {
        out << json_line(event) << '\n';
    } else {
        out << event_list_line(
            event,
            {.utc = false, .colour = output_has_colour(), .columns = output_columns(), .whole = !output_is_terminal()});
    }
    return verdict_of(event).value_or(exit_no);
}

void add_wait(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand(
        "wait", "Wait for the event about a document that was just uploaded: exit 0 on success, 1 on failure, 124 on "
                "timeout");
    auto given = std::make_shared<wait_arguments>();
    command->add_option("--document", given->document, "Name of the document")->required();
    command->add_option("--collection", given->collection, "Collection of the document, if the name is ambiguous");
    command->add_option("--timeout", given->timeout, "Give up after this time, such as 30s or 5m (default: never)");
    auto* const since = command->add_option("--since", given->since,
                                            "Also accept an event that was received since then: 2h (ago), or a time "
                                            "(default: 1m)");
    auto* const next =
        command->add_flag("--next", given->next, "Accept only an event that is received from now on")->excludes(since);
    command->add_flag("--latest", given->latest, "Also accept the document's latest event, however old it is")
        ->excludes(since)
        ->excludes(next);
    command->add_flag("--json", given->json, "Print the event as one JSON line");
    add_socket(*command, given->where.socket);
    command->footer("Example:\n  colivara-hookd wait --document report.pdf --timeout 5m && echo indexed");
    command->callback([&choice, given] {
        given->where.config_path = choice.config;
        choice.run = [given] { return run_wait(*given, std::cout, std::cerr); };
    });
}

} // namespace hookd::cli
