// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/daemon/configuration.hpp>

#include <string>
#include <vector>

namespace hookd::cli {

/// Lines about sinks that are in the configured journal, but not in the configuration, and have events left. The
/// running daemon is asked, or else the journal is read. Where neither can be looked at, there are none. Blocking.
std::vector<std::string> backlogs_without_sink(const settings& what);

} // namespace hookd::cli
