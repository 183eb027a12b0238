// SPDX-License-Identifier: MIT
#include "cli/configuration/backlog_check.hpp"

#include "cli/admin_client.hpp"
#include "cli/json_member.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/json_text.hpp>
#include <hookd/daemon/clock.hpp>
#include <hookd/journal/stopped_journal.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>

namespace hookd::cli {

namespace {

constexpr std::chrono::milliseconds patience{2'000};

using backlogs = std::vector<journal::orphaned_sink>;

/// Of all its sinks. Nothing: it does not answer.
std::optional<backlogs> ask_running(const std::string& socket) {
    const auto response = ask_daemon(socket, "GET", "/v1/sinks", patience);
    if (!response || response->status != 200) {
        return std::nullopt;
    }
    const auto told = parse_json(response->body);
    backlogs found;
    for (const auto* const list : {"sinks", "orphans"}) {
        const auto sinks = told.find(list);
        if (sinks == told.end() || !sinks->is_array()) {
            continue;
        }
        for (const auto& each : *sinks) {
            found.push_back({.name = text_member(each, "name"),
                             .dead = number_member(each, "dead_letters"),
                             .waiting = number_member(each, "waiting") + number_member(each, "lag_events")});
        }
    }
    return found;
}

backlogs read_stopped(const journal_settings& where, std::vector<std::string> configured) {
    std::error_code ec;
    if (where.type != journal_type::sqlite || !std::filesystem::exists(where.path, ec)) {
        return {};
    }
    const auto opened = journal::open_stopped(where, daemon::choose_clock());
    boost::asio::io_context worker{1};
    auto found = boost::asio::co_spawn(worker, opened->orphans(std::move(configured)), boost::asio::use_future);
    worker.run();
    return found.get().value_or(backlogs{});
}

} // namespace

std::vector<std::string> backlogs_without_sink(const settings& what) {
    std::vector<std::string> configured;
    std::ranges::transform(what.sinks, std::back_inserter(configured), &sink_settings::name);
    const auto running = ask_running(what.admin.socket);
    std::vector<std::string> lines;
    for (const auto& each : running ? *running : read_stopped(what.journal, configured)) {
        if (each.dead + each.waiting == 0 || std::ranges::find(configured, each.name) != configured.end()) {
            continue;
        }
        lines.push_back(fmt::format("sink {} is not in this configuration, but has {} dead letter(s) and {}{} waiting "
                                    "event(s) in the journal, which are kept until journal.retention deletes them: see "
                                    "'colivara-hookd sinks rename' and 'colivara-hookd sinks forget'",
                                    escaped(each.name), each.dead, each.more ? "at least " : "", each.waiting));
    }
    return lines;
}

} // namespace hookd::cli
