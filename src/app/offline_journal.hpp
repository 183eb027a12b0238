#pragma once

#include "app/event_source.hpp"

#include <memory>
#include <string>

namespace hookd::app {

/// The journal that the configuration names, opened by this process: no daemon may run, and none can start meanwhile.
/// It must be there.
command_result<std::unique_ptr<event_source>> open_offline_journal(const std::string& config_path);

} // namespace hookd::app
