#pragma once

#include <hookd/core/event.hpp>

#include <string>
#include <string_view>

namespace hookd::sinks {

/// `SEQUENCE-ID.json`: the sequence in plain decimal; of the id every byte outside [A-Za-z0-9_-] as %XX, and at most
/// 200 bytes, so that a name stays below NAME_MAX (255). Nothing else of an event gets into a file name.
std::string queue_name(const event& what);

/// Whether queue_name can have made it: only such files are ours to remove.
bool is_queue_name(std::string_view name);

} // namespace hookd::sinks
