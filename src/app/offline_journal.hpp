// SPDX-License-Identifier: MIT
#pragma once

#include "app/event_source.hpp"

#include <memory>
#include <string>

namespace hookd::app {

/// The journal that the configuration names, read by this process, question by question: no daemon may run, but one may
/// start between two of them. The journal must be there.
command_result<std::unique_ptr<event_source>> open_offline_journal(const std::string& config_path);

} // namespace hookd::app
