// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Options that several commands have, and checks whose errors say what is expected. The type name of an option is
/// shown in the help, and the shells' completions follow it: after `file_name` they offer files, and of a list such as
/// `a|b|OTHER` the words in small letters.
namespace hookd::cli {

inline constexpr const char* file_name = "FILE";

/// The daemon's admin socket, for all commands that ask the daemon.
void add_socket(CLI::App& command, std::optional<std::string>& socket);

/// An unsigned number from `least` to `most`.
CLI::Validator number_between(std::uint64_t least, std::uint64_t most);

/// One of these words.
CLI::Validator one_of(const std::vector<std::string>& words);

} // namespace hookd::cli
