// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/core/address.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Keys that several modules have, and checks that they share.
namespace hookd::config {

/// Checks the place of a file that a start creates, if table::checks_places: an error if it cannot, a warning if the
/// directory may still be created.
void check_place(table& keys, std::string_view key, const std::string& path);

/// Values that must be unique, with their owners.
using owners = std::map<std::string, std::string>;

/// Adds an error if another table already has the value. An empty value has no owner.
void demand_unique(table& keys, std::string_view key, const std::string& value, owners& known);

/// Whether it fits the rule for names of endpoints and sinks, or is empty.
bool is_name(std::string_view text);
inline constexpr std::string_view name_rule = "1 to 64 letters, digits, \".\", \"_\" or \"-\"";

/// The key `name` of an endpoint or a sink. It is used unchanged in file names, metrics and logs. Empty after an error.
std::string read_name(table& keys, std::string_view help);

/// One element of a list of address blocks. Nothing after an error; its message also has `others`, what else is
/// allowed.
std::optional<cidr> read_block(table& keys, std::string_view key, std::size_t index, std::string_view text,
                               std::string_view others = {});

/// A list of address blocks, without the invalid ones; empty if missing.
std::vector<cidr> read_blocks(table& keys, const key& declared);

} // namespace hookd::config
