// SPDX-License-Identifier: MIT
#include "cli/command_choice.hpp"
#include "cli/command_end.hpp"
#include "cli/completion/completion_command.hpp"
#include "cli/configuration/check_command.hpp"
#include "cli/configuration/reload_command.hpp"
#include "cli/escaping_stream.hpp"
#include "cli/events/events_options.hpp"
#include "cli/events/wait_command.hpp"
#include "cli/journal/journal_command.hpp"
#include "cli/options.hpp"
#include "cli/register/register_command.hpp"
#include "cli/rejected/rejected_command.hpp"
#include "cli/send/send_command.hpp"
#include "cli/sinks/sinks_command.hpp"
#include "cli/status/status_command.hpp"
#include "cli/terminal_text.hpp"
#include "cli/try/try_command.hpp"
#include "cli/usage.hpp"
#include "cli/verify/verify_command.hpp"
#include "cli/version_command.hpp"

#include <hookd/cli/command_line.hpp>
#include <hookd/core/exit_code.hpp>
#include <hookd/daemon/configuration.hpp>
#include <hookd/daemon/held_signals.hpp>
#include <hookd/daemon/run.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <sstream>

namespace hookd::cli {

namespace {

/// One per family of commands, in the order of the help.
constexpr void (*families[])(CLI::App& line, command_choice& choice) = {
    add_check, add_register, add_verify,   add_send,    add_status,  add_reload,     add_events,
    add_wait,  add_sinks,    add_rejected, add_journal, add_version, add_completion, add_help,
};

void add_run(CLI::App& line, command_choice& choice, daemon::held_signals& held) {
    auto* const command = line.add_subcommand("run", "Run the daemon in the foreground");
    command->callback([&] { choice.run = [&] { return daemon::run(choice.config, std::cerr, held); }; });
}

/// The exit code, once it is known whether the output could be written.
int with_output_written(int code) {
    if (code != exit_done || std::cout.flush()) {
        return code;
    }
    print_error(std::cerr, output_error);
    return exit_io;
}

} // namespace

int run_command_line(int count, char** words) {
    daemon::held_signals held; // first: a daemon handles them from the very beginning
    const escaping_stream safe_output{std::cout, output_has_colour(), escaping_stream::role::filter};
    const escaping_stream safe_errors{std::cerr, false};
    CLI::App line{"colivara-hookd: receives ColiVara's webhooks, stores every event and delivers it to sinks.",
                  "colivara-hookd"};
    wrap_help(line); // before the commands, which inherit it
    line.set_version_flag("-V,--version", "colivara-hookd " HOOKD_VERSION);
    line.require_subcommand(1);
    line.fallthrough(); // -c is also allowed after the command
    command_choice choice{.config = daemon::default_configuration, .run = {}};
    line.add_option("-c,--config", choice.config, "Configuration file (TOML, or JSON if its name ends in .json)")
        ->type_name(file_name)
        ->envname("HOOKD_CONFIG")
        ->capture_default_str();
    add_run(line, choice, held);
    add_try(line, choice, held);
    for (const auto add : families) {
        add(line, choice);
    }
    try {
        line.parse(count, words);
    } catch (const CLI::ParseError& error) {
        std::ostringstream discarded;
        if (line.exit(error, std::cout, discarded) == 0) { // --help
            return exit_done;
        }
        print_error(std::cerr, usage_text(line, error));
        return exit_usage;
    }
    if (!line.got_subcommand("run") && !line.got_subcommand("try")) {
        held.restore();
    }
    return with_output_written(choice.run());
}

} // namespace hookd::cli
