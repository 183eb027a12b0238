// SPDX-License-Identifier: MIT
#include "cli/options.hpp"

#include <hookd/core/number.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace hookd::cli {

void add_socket(CLI::App& command, std::optional<std::string>& socket) {
    command.add_option("--socket", socket, "The daemon's admin socket (default: admin.socket of the configuration)")
        ->type_name(file_name);
}

CLI::Validator number_between(std::uint64_t least, std::uint64_t most) {
    const auto check = [least, most](const std::string& text) {
        const auto number = whole_number(text);
        const bool good = number && *number >= least && *number <= most;
        return good ? std::string{} : fmt::format("expected a number from {} to {}", least, most);
    };
    return {check, fmt::format("{} to {}", least, most)};
}

CLI::Validator one_of(const std::vector<std::string>& words) {
    const auto check = [words](const std::string& text) {
        const bool good = std::ranges::find(words, text) != words.end();
        return good ? std::string{}
                    : fmt::format("invalid value \"{}\": expected one of {}", text, fmt::join(words, ", "));
    };
    return {check, fmt::format("{}", fmt::join(words, "|"))};
}

} // namespace hookd::cli
