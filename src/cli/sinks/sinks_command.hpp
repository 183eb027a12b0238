// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::cli {

/// The arguments of `sinks`.
struct sinks_arguments {
    std::string config_path;
    std::optional<std::string> socket;
    std::string name;     ///< Of the sink that a subcommand is for.
    std::string new_name; ///< For `rename`.
    bool utc = false;     ///< For `show`.
    bool yes = false;     ///< For `forget`: whatever it has left.
    bool json = false;
};

int run_sinks(const sinks_arguments& given, std::ostream& out, std::ostream& err);
/// These two: exit 1: no such sink.
int run_sinks_show(const sinks_arguments& given, std::ostream& out, std::ostream& err);
int run_sinks_pause(const sinks_arguments& given, bool pause, std::ostream& out, std::ostream& err);
/// These two: exit 1: no such sink, it is configured, or (forget without `yes`) it has something left.
int run_sinks_forget(const sinks_arguments& given, std::ostream& out, std::ostream& err);
int run_sinks_rename(const sinks_arguments& given, std::ostream& out, std::ostream& err);

void add_sinks(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
