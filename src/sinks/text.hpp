#pragma once

#include <string>
#include <string_view>

/// Foreign text on its way into logs, details and environment variables.
namespace hookd::sinks {

/// Valid UTF-8 without control characters: they come as `\xNN`, bytes that are not UTF-8 as U+FFFD, a tab as a space.
/// So nothing that a hook prints can forge a log line or steer a terminal.
std::string printable(std::string_view bytes);

} // namespace hookd::sinks
