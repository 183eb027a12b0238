// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/load.hpp>
#include <hookd/config/table.hpp>
#include <hookd/core/settings.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::config {

/// Reads everything from the document's root. Invalid values keep their defaults, so the result is usable only if no
/// error was found.
settings read_settings(table root, const checks& lent);

// Each reads its part of the root and checks what belongs together.
std::vector<listener_settings> read_listeners(table& root, const checks& lent);
std::vector<endpoint_settings> read_endpoints(table& root, const checks& lent);
std::vector<sink_settings> read_sinks(table& root, const checks& lent, const settings& so_far);

/// Checks the place of a file that a start creates (`checks::places`): an error if it cannot, a warning if the
/// directory may still be created.
void check_place(table& keys, std::string_view key, const std::string& path);

/// Values that must be unique, with their owners.
using owners = std::map<std::string, std::string>;

/// Adds an error if another table already has the value. An empty value has no owner.
void demand_unique(table& keys, std::string_view key, const std::string& value, owners& known);

/// The name of an endpoint or a sink. It is used unchanged in file names, metrics and logs. Empty after an error.
std::string read_name(table& keys);

/// One element of a list of address blocks. Nothing after an error; its message also has `others`, what else is
/// allowed.
std::optional<cidr> read_block(table& keys, std::string_view key, std::size_t index, std::string_view text,
                               std::string_view others = {});

/// A list of address blocks, without the invalid ones.
std::vector<cidr> read_blocks(table& keys, std::string_view key);

} // namespace hookd::config
