// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <string>
#include <vector>

namespace hookd::cli {

/// What a shell offers for an option or an argument.
struct completed_value {
    enum class kind {
        none, ///< It is a flag.
        file,
        words,
        other, ///< Nothing is offered.
    };
    kind offers = kind::none;
    std::string name; ///< For example `FILE`.
    std::vector<std::string> words;
};

struct completed_option {
    std::vector<std::string> names; ///< `-c`, `--config`.
    std::string help;
    completed_value value;
};

struct completed_command {
    std::string name; ///< Empty for the program itself.
    std::string help;
    std::vector<completed_option> options;
    std::vector<completed_value> arguments; ///< In their order.
    std::vector<completed_command> commands;
};

/// The command line with all its commands, as the completions need it.
completed_command completion_tree(const CLI::App& line);

} // namespace hookd::cli
