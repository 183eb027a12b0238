// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>

#include <string>
#include <vector>

namespace hookd::admin {

/// Why an event that came now would not be taken, a line each; empty: it would be.
std::vector<std::string> reasons_not_ready(const context& what);

/// Whom the server's limits have turned away within the last minute, a line each. No reason not to be ready: it is only
/// those who are over a limit, and strangers can bring it about.
std::vector<std::string> limits_reached(const context& what);

/// Sinks that hang, a line each. Events are taken all the same, and kept for them.
std::vector<std::string> hanging_sinks(const context& what);

} // namespace hookd::admin
