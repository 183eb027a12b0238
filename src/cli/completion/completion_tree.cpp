// SPDX-License-Identifier: MIT
#include "cli/completion/completion_tree.hpp"

#include "cli/options.hpp"

#include <algorithm>
#include <ranges>

namespace hookd::cli {

namespace {

bool is_small(std::string_view word) {
    return !word.empty() && std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '.'; });
}

completed_value value_of(const CLI::Option& option) {
    using kind = completed_value::kind;
    if (option.get_items_expected_max() == 0) {
        return {};
    }
    const auto type = option.get_type_name(); // of a checked one `TEXT:a|b`
    completed_value value{.offers = kind::other, .name = type.substr(0, type.find(':')), .words = {}};
    for (const auto part : std::views::split(std::string_view{type}.substr(type.find(':') + 1), '|')) {
        if (const std::string_view word{part}; is_small(word)) {
            value.words.emplace_back(word);
        }
    }
    if (!value.words.empty()) {
        value.offers = kind::words;
    } else if (type == file_name) {
        value.offers = kind::file;
    }
    return value;
}

} // namespace

completed_command completion_tree(const CLI::App& line) {
    completed_command made{.name = line.get_parent() == nullptr ? std::string{} : line.get_name(),
                           .help = line.get_description(),
                           .options = {},
                           .arguments = {},
                           .commands = {}};
    for (const auto* const option : line.get_options()) {
        if (option->get_positional()) {
            made.arguments.push_back(value_of(*option));
            continue;
        }
        completed_option named{.names = {}, .help = option->get_description(), .value = value_of(*option)};
        for (const auto& name : option->get_snames()) {
            named.names.push_back('-' + name);
        }
        for (const auto& name : option->get_lnames()) {
            named.names.push_back("--" + name);
        }
        made.options.push_back(std::move(named));
    }
    for (const auto* const command : line.get_subcommands([](const CLI::App*) { return true; })) {
        made.commands.push_back(completion_tree(*command));
    }
    return made;
}

} // namespace hookd::cli
