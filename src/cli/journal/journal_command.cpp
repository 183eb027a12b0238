// SPDX-License-Identifier: MIT
#include "cli/journal/journal_command.hpp"

#include "cli/command_end.hpp"
#include "cli/options.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/daemon/clock.hpp>
#include <hookd/daemon/configuration.hpp>
#include <hookd/daemon/settings.hpp>
#include <hookd/journal/stopped_journal.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <ostream>

namespace hookd::cli {

namespace {

command_result<journal_settings> settings_of(const journal_arguments& given) {
    journal_settings found;
    if (given.file) {
        found.path = *given.file;
    } else {
        const auto loaded = daemon::load_configuration(given.config_path);
        if (!loaded.values) {
            return fail_in_configuration(fmt::format("{}", fmt::join(loaded.errors, "\n")));
        }
        found = loaded.values->journal;
    }
    std::error_code ec;
    if (found.type == journal_type::memory) {
        return fail(exit_usage, "journal.type = \"memory\" keeps nothing in a file: there is no journal to read");
    }
    if (!std::filesystem::exists(found.path, ec)) {
        return fail(exit_io, "there is no journal " + found.path + ": check journal.path, or use --file");
    }
    return found;
}

} // namespace

int run_journal_check(const journal_arguments& given, std::ostream& out, std::ostream& err) {
    const auto which = settings_of(given);
    if (!which) {
        return end(which.error(), err);
    }
    const auto found = journal::open_stopped(*which, daemon::choose_clock())->check();
    if (!found) {
        return end({exit_no, found.error().message}, err);
    }
    for (const auto& each : *found) {
        out << escaped(each) << '\n';
    }
    if (!found->empty()) {
        return end(
            {exit_no, "the journal " + which->path + " is damaged: see docs/journal.md on how to save its events"},
            err);
    }
    out << escaped(which->path) << ": no damage found\n";
    return exit_done;
}

int run_journal_export(const journal_arguments& given, std::ostream& out, std::ostream& err) {
    const auto which = settings_of(given);
    if (!which) {
        return end(which.error(), err);
    }
    const auto done = journal::open_stopped(*which, daemon::choose_clock())->write_all([&](std::string_view line) {
        return static_cast<bool>(out << line);
    });
    return done ? exit_done : end({exit_io, done.error().message}, err);
}

void add_journal(CLI::App& line, command_choice& choice) {
    auto* const family = line.add_subcommand("journal", "Check or export the journal of a stopped daemon");
    family->require_subcommand(1);
    family->fallthrough();
    auto given = std::make_shared<journal_arguments>();
    const auto add = [&](const char* name, const char* help, const char* example, auto run) {
        auto* const command = family->add_subcommand(name, help);
        command->add_option("--file", given->file, "A copy of a journal (default: journal.path of the configuration)")
            ->type_name(file_name);
        command->footer(example);
        command->callback([&choice, given, run] {
            given->config_path = choice.config;
            choice.run = [given, run] { return run(*given, std::cout, std::cerr); };
        });
    };
    add("check", "Check the whole file and print what is wrong: exit 0 if it is intact, 1 if not",
        "Example:\n  colivara-hookd journal check --file /var/backups/journal.db", run_journal_check);
    add("export", "Print everything in the journal as JSON lines",
        "Example:\n  colivara-hookd journal export | gzip > journal.jsonl.gz", run_journal_export);
}

} // namespace hookd::cli
