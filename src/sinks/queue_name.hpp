// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>

#include <string>
#include <string_view>

namespace hookd::sinks {

/// `SEQUENCE-ID.json`: the sequence in decimal, padded to 20 digits, so that names sort in journal order; of the id
/// every byte outside [A-Za-z0-9_-] as %XX, and at most 200 bytes, so that a name stays below NAME_MAX (255). Nothing
/// else of an event gets into a file name.
std::string queue_name(const event& what);

/// The name that the same event had before names were padded.
std::string unpadded_queue_name(const event& what);

/// Whether either can have made it: only such files are ours to remove.
bool is_queue_name(std::string_view name);

} // namespace hookd::sinks
