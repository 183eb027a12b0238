// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>

#include <string>
#include <string_view>

namespace hookd::sinks {

/// `SEQUENCE-ID.json`: the sequence in decimal, padded to 20 digits, so that names sort in journal order; the id with
/// every byte outside [A-Za-z0-9_-] as %XX, and at most 200 bytes, so that a name stays below NAME_MAX (255). Nothing
/// else of an event is used in a file name.
std::string queue_name(const event& what);

/// The name of the same event before names were padded.
std::string unpadded_queue_name(const event& what);

/// Whether it is a name of either form: only such files may be removed.
bool is_queue_name(std::string_view name);

} // namespace hookd::sinks
