// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>

#include <string>
#include <vector>

namespace hookd::admin {

/// Why an event that arrived now would not be accepted, one line each; empty: it would be.
std::vector<std::string> reasons_not_ready(const context& what);

/// Which limits have rejected clients within the last minute, one line each. Not a reason not to be ready: only clients
/// over a limit are affected, and anyone can cause it.
std::vector<std::string> limits_reached(const context& what);

/// Sinks that are paused or unavailable, one line each; `reasons`: with the sinks' errors. Events are still accepted,
/// and kept for them.
std::vector<std::string> held_up_sinks(const context& what, bool reasons);

} // namespace hookd::admin
