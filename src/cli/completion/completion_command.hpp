// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

namespace hookd::cli {

/// `completion bash`, `zsh` and `fish` print the completion script of that shell, made from the command line itself.
void add_completion(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
