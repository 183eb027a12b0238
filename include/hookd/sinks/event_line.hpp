// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>

#include <string>

namespace hookd::sinks {

/// The event as every sink hands it on: one CloudEvents 1.0 JSON object on one line, without the line's end. The body
/// stands in it as `data`, byte for byte, so that numbers, key order and repeated keys stay as they were sent. Only
/// what could end the line is touched: white space around it is left out, line ends between its tokens become blanks,
/// and U+0085, U+2028 and U+2029 in its strings `\uNNNN`; every value remains equal. A body that is not JSON, or is
/// nested more deeply than 128, comes as `data_base64`: there are readers whom such a line would stop.
std::string event_line(const event& what);

} // namespace hookd::sinks
