// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// Checks of options whose errors say what is expected.
namespace hookd::cli {

/// An unsigned number from `least` to `most`.
CLI::Validator number_between(std::uint64_t least, std::uint64_t most);

/// One of these words.
CLI::Validator one_of(const std::vector<std::string>& words);

} // namespace hookd::cli
