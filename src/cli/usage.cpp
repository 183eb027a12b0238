// SPDX-License-Identifier: MIT
#include "cli/usage.hpp"

#include "cli/wrap_text.hpp"

#include <hookd/config/wording.hpp>
#include <hookd/core/exit_code.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace hookd::cli {

namespace {

/// The innermost command that was named.
const CLI::App& named_command(const CLI::App& line) {
    const auto* innermost = &line;
    while (!innermost->get_subcommands().empty()) {
        innermost = innermost->get_subcommands().back();
    }
    return *innermost;
}

/// Its name behind those of the commands around it: `colivara-hookd events`.
std::string path_of(const CLI::App& command) {
    const auto* const outer = command.get_parent();
    return outer == nullptr ? command.get_name() : path_of(*outer) + ' ' + command.get_name();
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
    std::vector<std::string> names;
    names.reserve(commands.size());
    for (const auto* const each : commands) {
        names.push_back(each->get_name());
    }
    return names;
}

/// Those of the command, and those of the commands around it, which it accepts, too.
std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* each = &app; each != nullptr; each = each->get_parent()) {
        for (const auto* const option : each->get_options()) {
            for (const auto& name : option->get_lnames()) {
                names.push_back("--" + name);
            }
        }
    }
    return names;
}

std::string unknown(std::string_view kind, const std::string& word, const std::vector<std::string>& known) {
    const std::vector<std::string_view> words(known.begin(), known.end());
    const auto near = config::nearest(word.substr(0, word.find('=')), words);
    return fmt::format("unknown {} '{}'{}", kind, word, near ? fmt::format("; did you mean '{}'?", *near) : "");
}

/// What the command needs and was not given.
std::vector<std::string> missing_from(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* const option : app.get_options()) {
        if (option->get_required() && option->count() == 0) {
            names.push_back(option->get_name());
        }
    }
    return names;
}

std::string problem_of(const CLI::App& line, const CLI::ParseError& error) {
    const auto& command = named_command(line);
    const auto left = line.remaining(true);
    if (!left.empty() && left.front().starts_with('-')) {
        return unknown("option", left.front(), options_of(command));
    }
    const bool lacks = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    const auto commands = names_of(commands_of(command));
    if ((lacks || !left.empty()) && !commands.empty() && command.get_require_subcommand_min() > 0) {
        return left.empty() ? "no command given: expected one of " + fmt::format("{}", fmt::join(commands, ", "))
                            : unknown("command", left.front(), commands);
    }
    if (const auto missing = missing_from(command); lacks && !missing.empty()) {
        return fmt::format("missing: {}", fmt::join(missing, ", "));
    }
    return left.empty() ? error.what() : "unexpected argument '" + left.front() + '\'';
}

/// Lists that break a long description and continue it below its beginning.
class wrapping_formatter final : public CLI::Formatter {
public:
    std::string make_option(const CLI::Option* option, bool positional) const override {
        return wrapped_entry(CLI::Formatter::make_option(option, positional));
    }
    std::string make_subcommand(const CLI::App* command) const override {
        return wrapped_entry(CLI::Formatter::make_subcommand(command));
    }

private:
    std::string wrapped_entry(const std::string& entry) const {
        constexpr std::size_t least = 20;
        const auto indent = get_column_width();
        const auto width = terminal_width(STDOUT_FILENO);
        const auto begin = entry.find_first_not_of(" \n", indent);
        if (width < indent + least || begin == std::string::npos) {
            return entry;
        }
        std::string text = entry.substr(0, begin);
        std::istringstream lines{wrapped(
            std::string_view{entry}.substr(begin, entry.find_last_not_of('\n') + 1 - begin), width - indent - 1)};
        std::string separator;
        for (std::string each; std::getline(lines, each);) {
            text += separator + each;
            separator = '\n' + std::string(indent, ' ');
        }
        return text + '\n';
    }
};

} // namespace

std::string usage_text(const CLI::App& line, const CLI::ParseError& error) {
    const bool lacks = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    if (lacks && line.remaining(true).empty() && line.get_subcommands().empty()) { // somebody who has just installed it
        return "no command given"
               "\ntry it without a configuration:    colivara-hookd try"
               "\ncheck the installed configuration: colivara-hookd check"
               "\nall commands:                      colivara-hookd help";
    }
    return fmt::format("{}\nsee '{} --help'", problem_of(line, error), path_of(named_command(line)));
}

void add_help(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand("help", "Show the help of a command");
    auto words = std::make_shared<std::vector<std::string>>();
    command->add_option("command", *words, "The command; without it, all commands");
    command->callback([&line, &choice, words] {
        const auto* shown = &line;
        for (const auto& word : *words) {
            const auto commands = commands_of(*shown);
            const auto next = std::ranges::find(commands, word, [](const auto* each) { return each->get_name(); });
            if (next == commands.end()) {
                throw CLI::ValidationError{unknown("command", word, names_of(commands))};
            }
            shown = *next;
        }
        choice.run = [shown] {
            // Its own help() would show that of the command that was named: this one.
            std::cout << shown->get_formatter()->make_help(shown, path_of(*shown), CLI::AppFormatMode::Normal);
            return exit_done;
        };
    });
}

void wrap_help(CLI::App& line) {
    line.formatter(std::make_shared<wrapping_formatter>());
}

} // namespace hookd::cli
