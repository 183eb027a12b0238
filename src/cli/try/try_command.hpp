// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <hookd/daemon/held_signals.hpp>

namespace hookd::cli {

/// `try`: a daemon for this machine alone, without a configuration of the user's: with a secret and a journal of its
/// own, it prints the events that it gets.
void add_try(CLI::App& line, command_choice& choice, daemon::held_signals& held);

} // namespace hookd::cli
