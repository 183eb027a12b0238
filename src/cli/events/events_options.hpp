// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

namespace hookd::cli {

/// `events list`, `show`, `tail`, `replay` and `drop`, which share their filters.
void add_events(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
