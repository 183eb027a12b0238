// SPDX-License-Identifier: MIT
#pragma once

#include "cli/completion/completion_tree.hpp"

#include <string>

namespace hookd::cli {

/// The completion script of a shell: commands, options, and for their values files or the words that are allowed. Bash
/// knows no descriptions; for the other two, a word has its help.
std::string bash_completion(const completed_command& program);
std::string zsh_completion(const completed_command& program);
std::string fish_completion(const completed_command& program);

} // namespace hookd::cli
