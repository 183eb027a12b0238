// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>

#include <string>

namespace hookd::sinks {

/// The event as every sink delivers it: a CloudEvents 1.0 JSON object on one line, without the line end. The body is
/// its `data`, byte for byte, so numbers, key order and repeated keys stay as they were sent. Only what could end the
/// line is changed: white space around the body is removed, line ends between its tokens become spaces, and U+0085,
/// U+2028 and U+2029 in its strings become `\uNNNN`; every value stays equal. A body that is not JSON, or is nested
/// deeper than 128 levels, becomes `data_base64`, because such a line would stop some readers.
std::string event_line(const event& what);
/// The same with the line end.
std::string written_line(const event& what);

} // namespace hookd::sinks
