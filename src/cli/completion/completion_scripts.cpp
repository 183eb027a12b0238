// SPDX-License-Identifier: MIT
#include "cli/completion/completion_scripts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <ranges>
#include <string_view>

namespace hookd::cli {

namespace {

using kind = completed_value::kind;

/// Calls `what` with each command and the words that lead to it, each after a space: ` events list`.
void for_each(const completed_command& command, const std::string& path,
              const std::function<void(const completed_command&, const std::string&)>& what) {
    what(command, path);
    for (const auto& next : command.commands) {
        for_each(next, path + ' ' + next.name, what);
    }
}

/// For a text in single quotes.
std::string quoted(std::string_view text, std::string_view quote) {
    std::string made;
    for (const char c : text) {
        made += c == '\'' ? std::string{quote} : std::string{c};
    }
    return made;
}

/// For zsh's _arguments and _describe, which give a meaning to some characters of a help text.
std::string zsh_text(std::string_view text) {
    std::string made;
    for (const char c : text) {
        made += std::string_view{"[]:\\"}.contains(c) ? std::string{'\\', c} : std::string{c};
    }
    return quoted(made, "'\\''");
}

std::string zsh_action(const completed_value& value) {
    return value.offers == kind::file    ? "_files"
           : value.offers == kind::words ? fmt::format("({})", fmt::join(value.words, " "))
                                         : "";
}

std::string zsh_function(const std::string& path) {
    std::string name = "_colivara-hookd";
    for (const char c : path) {
        name += c == ' ' ? '_' : c;
    }
    return name;
}

} // namespace

std::string bash_completion(const completed_command& program) {
    std::vector<std::string> paths;
    std::vector<std::string> with_value;
    std::vector<std::string> with_file;
    std::string words_of_values;
    std::string words_of_commands;
    for_each(program, "", [&](const completed_command& command, const std::string& path) {
        const auto prefix = path.empty() ? std::string{"*\""} : '"' + path; // -c is allowed after a command, too
        std::vector<std::string> words;
        for (const auto& next : command.commands) {
            paths.push_back(fmt::format("\"{} {}\"", path, next.name));
            words.push_back(next.name);
        }
        for (const auto& argument : command.arguments) {
            words.insert(words.end(), argument.words.begin(), argument.words.end());
        }
        for (const auto& option : command.options) {
            for (const auto& name : option.names) {
                words.push_back(name);
                const auto pattern = fmt::format("{} {}\"", prefix, name);
                if (option.value.offers != kind::none) {
                    with_value.push_back(pattern);
                }
                if (option.value.offers == kind::file) {
                    with_file.push_back(pattern);
                } else if (option.value.offers == kind::words) {
                    words_of_values +=
                        fmt::format("    {}) words=\"{}\" ;;\n", pattern, fmt::join(option.value.words, " "));
                }
            }
        }
        const bool takes_file =
            std::ranges::any_of(command.arguments, [](const auto& each) { return each.offers == kind::file; });
        words_of_commands += fmt::format("        \"{}\") words=\"{}\"{} ;;\n", path, fmt::join(words, " "),
                                         takes_file ? " files=1" : "");
    });
    return fmt::format(R"(# bash completion for colivara-hookd(1)
# Made by: colivara-hookd completion bash

_colivara_hookd() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} path="" words="" files="" i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$path ${{COMP_WORDS[i]}}" in
        {0}) path="$path ${{COMP_WORDS[i]}}" ;;
        {1}) ((i++)) ;;
        esac
    done
    case "$path $before" in
    {2})
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
{3}    {1}) return ;;
    *)
        case "$path" in
{4}        esac
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    [ -z "$files" ] || {{
        compopt -o filenames
        mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -f -- "$word")
    }}
}}
complete -F _colivara_hookd colivara-hookd
)",
                       fmt::join(paths, " | "), fmt::join(with_value, " | "), fmt::join(with_file, " | "),
                       words_of_values, words_of_commands);
}

std::string zsh_completion(const completed_command& program) {
    std::string functions;
    for_each(program, "", [&](const completed_command& command, const std::string& path) {
        std::string specs;
        for (const auto& option : command.options) {
            for (const auto& name : option.names) {
                const auto value = option.value.offers == kind::none
                                       ? std::string{}
                                       : fmt::format(":{}:{}", option.value.name, zsh_action(option.value));
                specs += fmt::format(" \\\n        '*{}[{}]{}'", name, zsh_text(option.help), value);
            }
        }
        for (const auto& argument : command.arguments) {
            specs += fmt::format(" \\\n        '*:{}:{}'", argument.name, zsh_action(argument));
        }
        std::string described;
        std::string cases;
        for (const auto& next : command.commands) {
            described += fmt::format(" \\\n            '{}:{}'", next.name, zsh_text(next.help));
            cases += fmt::format("        {}) {} ;;\n", next.name, zsh_function(path + ' ' + next.name));
        }
        functions += fmt::format("{}() {{\n    local line state\n", zsh_function(path));
        if (cases.empty()) {
            functions += fmt::format("    _arguments{}\n}}\n\n", specs);
            return;
        }
        functions += fmt::format(R"(    local -a commands
    _arguments -C{} \
        '1:command:->command' '*::argument:->argument'
    case $state in
    command)
        commands=({})
        _describe command commands
        ;;
    argument)
        case $line[1] in
{}        esac
        ;;
    esac
}}

)",
                                 specs, described, cases);
    });
    return fmt::format(
        "#compdef colivara-hookd\n# Made by: colivara-hookd completion zsh\n\n{}_colivara-hookd \"$@\"\n", functions);
}

std::string fish_completion(const completed_command& program) {
    constexpr std::string_view quote = "\\'";
    std::string lines = "# Made by: colivara-hookd completion fish\ncomplete -c colivara-hookd -f\n";
    for_each(program, "", [&](const completed_command& command, const std::string& path) {
        std::vector<std::string> conditions;
        std::string_view rest = path;
        while (!rest.empty()) {
            rest.remove_prefix(1);
            const auto word = rest.substr(0, rest.find(' '));
            conditions.push_back(fmt::format("__fish_seen_subcommand_from {}", word));
            rest.remove_prefix(word.size());
        }
        const auto begin = [&](const std::vector<std::string>& all) {
            return all.empty() ? std::string{"complete -c colivara-hookd"}
                               : fmt::format("complete -c colivara-hookd -n '{}'", fmt::join(all, "; and "));
        };
        for (const auto& option : command.options) {
            lines += begin(conditions);
            for (const std::string_view name : option.names) {
                lines += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2))
                                                : fmt::format(" -s {}", name.substr(1));
            }
            lines += option.value.offers == kind::file    ? " -r -F"
                     : option.value.offers == kind::other ? " -x"
                     : option.value.offers == kind::words
                         ? fmt::format(" -x -a '{}'", fmt::join(option.value.words, " "))
                         : "";
            lines += fmt::format(" -d '{}'\n", quoted(option.help, quote));
        }
        for (const auto& argument : command.arguments) {
            if (argument.offers == kind::file) {
                lines += begin(conditions) + " -F\n";
            } else if (argument.offers == kind::words) {
                lines += begin(conditions) + fmt::format(" -a '{}'\n", fmt::join(argument.words, " "));
            }
        }
        const auto names = command.commands | std::views::transform(&completed_command::name);
        auto before = conditions;
        before.push_back(fmt::format("not __fish_seen_subcommand_from {}", fmt::join(names, " ")));
        for (const auto& next : command.commands) {
            lines += begin(before) + fmt::format(" -a {} -d '{}'\n", next.name, quoted(next.help, quote));
        }
    });
    return lines;
}

} // namespace hookd::cli
