// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::admin {

// JSON on one line, as docs/admin-api.md describes it.

/// Those that have occurred.
std::map<std::string, std::uint64_t> refusals_by_reason(const context& what);

std::string status_json(const context& what, unix_millis started);
std::string sinks_json(const context& what);
/// Nothing: it is unknown.
std::optional<std::string> sink_json(const context& what, std::string_view name);
std::string verdict_json(const reload_verdict& what);

} // namespace hookd::admin
