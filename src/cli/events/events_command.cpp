// SPDX-License-Identifier: MIT
#include "cli/events/events_command.hpp"

#include "cli/admin_client.hpp"
#include "cli/escaping_stream.hpp"
#include "cli/events/event_follower.hpp"
#include "cli/events/event_pages.hpp"
#include "cli/events/event_report.hpp"
#include "cli/json_member.hpp"
#include "cli/sinks/sink_report.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/base64.hpp>
#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>

#include <algorithm>
#include <optional>
#include <ostream>
#include <span>
#include <utility>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;

/// The most that one response has.
constexpr std::uint64_t most_at_once = 1'000;

/// Prints events as they arrive, one line each.
class printer {
public:
    printer(const events_arguments& given, std::ostream& out)
        : json_{given.json}, out_{out}, style_{.utc = given.utc,
                                               .colour = !given.json && output_has_colour(),
                                               .columns = output_columns(),
                                               .sink = given.which.sink.value_or(""),
                                               .whole = !output_is_terminal()} {}

    void print(const json& event) {
        if (!std::exchange(any_, true) && !json_) {
            out_ << event_list_head(style_);
        }
        if (json_) {
            out_ << json_line(event) << '\n';
        } else {
            out_ << event_list_line(event, style_);
        }
    }

    void print_change(const json& delivery) {
        if (!json_) {
            out_ << delivery_line(delivery, style_);
        }
    }

    bool any() const { return any_; }

private:
    bool json_;
    bool any_ = false;
    std::ostream& out_;
    report_style style_;
};

/// As many as requested, page by page.
command_result<void> list(event_source& from, const std::string& query, const events_arguments& given, printer& to) {
    std::uint64_t left = given.limit;
    std::uint64_t position = 0;
    for (bool more = true; more && left > 0;) {
        const auto part = ask_events(from, query, !given.oldest_first, position, std::min(left, most_at_once));
        if (!part) {
            return std::unexpected{part.error()};
        }
        for (const auto& each : part->events) {
            to.print(each);
        }
        left -= part->events.size();
        position = part->position;
        more = part->more;
    }
    return {};
}

command_result<std::uint64_t> count_events(event_source& from, const std::string& query) {
    std::uint64_t events = 0;
    std::uint64_t position = 0;
    for (bool more = true; more;) {
        const auto target = "/v1/events/count?" + parameter("from", std::to_string(position));
        const auto body = from.ask("GET", query.empty() ? target : target + '&' + query);
        if (!body) {
            return std::unexpected{body.error()};
        }
        const auto told = parse_json(*body);
        more = flag_member(told, "more", false);
        if (const auto next = number_member(told, "position"); more && next == std::exchange(position, next)) {
            return not_understood(); // continuing would never end
        }
        events += number_member(told, "events");
    }
    return events;
}

/// Behind which event the last few begin.
command_result<std::uint64_t> begin_of_last(event_source& from, const std::string& query, std::uint64_t count) {
    const auto last = ask_events(from, query, true, 0, std::clamp<std::uint64_t>(count, 1, most_at_once));
    if (!last) {
        return std::unexpected{last.error()};
    }
    return count == 0 || last->events.empty() ? last->last_sequence
                                              : number_member(last->events.back(), "sequence") - 1;
}

command_result<std::string> body_of(event_source& from, const json& event) {
    return from.ask("GET", "/v1/events/" + std::to_string(number_member(event, "sequence")) + "/body");
}

/// What is missing may have been rejected. Empty: the daemon keeps no rejected request, or there is none.
std::string hint_of_rejected(event_source& from) {
    const auto body = from.ask("GET", "/v1/rejected");
    const auto told = body ? parse_json(*body) : json{};
    const auto rejected = told.is_object() ? told.value("rejected", json::array()) : json::array();
    return rejected.empty()
               ? ""
               : "; " + count_text(rejected.size(), "request") + " rejected: see 'colivara-hookd rejected list'";
}

/// A body that is JSON is text; any other may be any bytes.
json with_body(json event, const std::string& body) {
    if (flag_member(event, "json", false)) {
        event["body"] = body;
    } else {
        event["body_base64"] = base64::encoded(std::as_bytes(std::span{body}));
    }
    return event;
}

bool waits(const json& event) {
    const auto sinks = event.find("sinks");
    return sinks != event.end() && std::ranges::any_of(*sinks, [](const json& each) {
               const auto state = each.is_object() ? text_member(each, "state") : std::string{};
               return state == "waiting" || state == "retrying";
           });
}

/// None without a daemon: a stopped journal knows nothing about it.
held_up_sinks ask_held_up(event_source& from, bool utc) {
    held_up_sinks all;
    const auto body = from.ask("GET", "/v1/sinks");
    const auto told = body ? parse_json(*body) : json{};
    for (const auto& each : told.is_object() ? told.value("sinks", json::array()) : json::array()) {
        if (auto why = held_up_text(each, utc); !why.empty()) {
            all.emplace(text_member(each, "name"), std::move(why));
        }
    }
    return all;
}

} // namespace

int run_events_list(const events_arguments& given, std::ostream& out, std::ostream& err) {
    const auto query = query_of(given.which, system_now());
    if (!query) {
        return end({exit_usage, query.error().message}, err);
    }
    auto from = open_event_source(given.where);
    if (!from) {
        return end(from.error(), err);
    }
    if (given.count) {
        const auto events = count_events(**from, *query);
        if (!events) {
            return end(events.error(), err);
        }
        out << *events << '\n';
        return exit_done;
    }
    printer to{given, out};
    if (const auto done = list(**from, *query, given, to); !done) {
        return end(done.error(), err);
    }
    if (!to.any() && !given.json) {
        print_error(err, "no matching events" + hint_of_rejected(**from));
    }
    return exit_done;
}

int run_events_show(const events_arguments& given, std::ostream& out, std::ostream& err) {
    auto from = open_event_source(given.where);
    if (!from) {
        return end(from.error(), err);
    }
    const report_style style{.utc = given.utc, .colour = output_has_colour(), .columns = output_columns()};
    int code = exit_done;
    for (const auto& id : given.ids) {
        const auto found = ask_events(**from, parameter("id", id), true, 0, most_at_once);
        if (!found) {
            return end(found.error(), err);
        }
        if (found->events.empty()) {
            print_error(err, "no event " + id + " in the journal: see 'colivara-hookd events list'");
            code = exit_no;
        }
        for (const auto& each : found->events) {
            const auto body = given.body ? body_of(**from, each) : std::string{};
            if (!body) {
                return end(body.error(), err);
            }
            if (given.json) {
                out << json_line(given.body ? with_body(each, *body) : each) << '\n';
                continue;
            }
            const auto held_up = waits(each) ? ask_held_up(**from, given.utc) : held_up_sinks{};
            out << event_story_text(each, held_up, style);
            if (!given.body) {
                continue;
            }
            out << '\n';
            if (output_is_terminal()) {
                out << escaped(*body);
            } else {
                write_as_it_is(out, *body);
            }
            out << '\n';
        }
    }
    return code;
}

int run_events_tail(const events_arguments& given, std::ostream& out, std::ostream& err) {
    const auto query = query_of(given.which, system_now());
    if (!query) {
        return end({exit_usage, query.error().message}, err);
    }
    auto where = given.where;
    where.offline = false; // no events arrive in a journal without its daemon
    auto from = open_event_source(where);
    if (!from) {
        return end(from.error(), err);
    }
    printer to{given, out};
    const auto position = begin_of_last(**from, *query, given.limit);
    if (!position) {
        return end(position.error(), err);
    }
    const auto socket = find_admin_socket(where.socket, where.config_path);
    if (!socket) {
        return end(socket.error(), err);
    }
    out.flush();
    event_follower daemon{socket->path, *query, *position};
    const auto followed = daemon.follow(
        std::nullopt,
        [&](const stream_message& each) {
            each.is_event ? to.print(each.what) : to.print_change(each.what);
            return static_cast<bool>(out.flush());
        },
        [&](const std::string& why) { print_error(err, why + "; waiting for it to come back"); });
    return followed ? exit_done : end(followed.error(), err);
}

} // namespace hookd::cli
