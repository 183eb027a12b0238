// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::cli {

/// The arguments of `rejected`.
struct rejected_arguments {
    std::string config_path;
    std::optional<std::string> socket;
    std::uint64_t id = 0; ///< For `show` and `export`.
    bool utc = false;
    bool json = false;
};

int run_rejected_list(const rejected_arguments& given, std::ostream& out, std::ostream& err);
/// Exit 1: no such request.
int run_rejected_show(const rejected_arguments& given, std::ostream& out, std::ostream& err);
/// Writes the request as `verify --request` reads it. Exit 1: no such request, or its body was not kept.
int run_rejected_export(const rejected_arguments& given, std::ostream& out, std::ostream& err);

void add_rejected(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
