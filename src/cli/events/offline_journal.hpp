// SPDX-License-Identifier: MIT
#pragma once

#include "cli/events/event_source.hpp"

#include <memory>
#include <string>

namespace hookd::cli {

/// The configured journal, read by this process, request by request: no daemon may be running, but one may start
/// between two requests. The journal must exist.
command_result<std::unique_ptr<event_source>> open_offline_journal(const std::string& config_path);

} // namespace hookd::cli
