// SPDX-License-Identifier: MIT
#include "cli/sinks/sinks_command.hpp"

#include "cli/events/event_source.hpp"
#include "cli/status/status_report.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>

#include <ostream>
#include <utility>

namespace hookd::cli {

namespace {

command_result<std::string> ask(const sinks_arguments& given, std::string_view method, const std::string& target) {
    auto daemon = open_event_source({.config_path = given.config_path, .socket = given.socket, .offline = false});
    if (!daemon) {
        return std::unexpected{daemon.error()};
    }
    return (*daemon)->ask(method, target);
}

} // namespace

int run_sinks(const sinks_arguments& given, std::ostream& out, std::ostream& err) {
    const auto body = ask(given, "GET", "/v1/sinks");
    if (!body) {
        return end(body.error(), err);
    }
    const auto told = parse_json(*body);
    if (!told.is_object() || !told.contains("sinks")) {
        return end({exit_unreachable,
                    "the daemon's response is not understood: use the same version of this command and the daemon"},
                   err);
    }
    if (!given.json) {
        out << sinks_text(told);
        return exit_done;
    }
    for (const auto& each : told["sinks"]) {
        out << json_line(each) << '\n';
    }
    return exit_done;
}

int run_sinks_pause(const sinks_arguments& given, bool pause, std::ostream& out, std::ostream& err) {
    const auto done = ask(given, "POST", "/v1/sinks/" + percent_encoded(given.name) + (pause ? "/pause" : "/resume"));
    if (!done) {
        return end(done.error(), err);
    }
    if (given.json) {
        out << json_line(parse_json(*done)) << '\n';
    } else {
        out << escaped(given.name) << (pause ? ": paused\n" : ": resumed\n");
    }
    return exit_done;
}

} // namespace hookd::cli
