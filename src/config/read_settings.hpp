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

/// Everything from the document's root on. What is faulty keeps its default, so the result is of use only where no
/// error was found.
settings read_settings(table root, const checks& lent);

// Each reads its part of the root and what belongs together in it.
std::vector<listener_settings> read_listeners(table& root, const checks& lent);
std::vector<endpoint_settings> read_endpoints(table& root, const checks& lent);
std::vector<sink_settings> read_sinks(table& root, const checks& lent, const settings& so_far);

/// Where a start makes a file, as `checks::places` says: an error if it could not, a warning if somebody may yet make
/// the directory.
void check_place(table& keys, std::string_view key, const std::string& path);

/// Values that only one may have, and who has them.
using owners = std::map<std::string, std::string>;

/// An error where another table has the value already; an empty one is nobody's.
void demand_unique(table& keys, std::string_view key, const std::string& value, owners& known);

/// The name of an endpoint or a sink: it goes into files' names, metrics and logs as it is. Empty after an error.
std::string read_name(table& keys);

/// One element of a list of address blocks. Nothing after an error, which also names `others` that the list may hold.
std::optional<cidr> read_block(table& keys, std::string_view key, std::size_t index, std::string_view text,
                               std::string_view others = {});

/// A list of address blocks, without the faulty ones.
std::vector<cidr> read_blocks(table& keys, std::string_view key);

} // namespace hookd::config
