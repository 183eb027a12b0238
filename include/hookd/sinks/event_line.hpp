#pragma once

#include <hookd/core/event.hpp>

#include <string>

namespace hookd::sinks {

/// The event as every sink hands it on: one CloudEvents 1.0 JSON object on one line, without the line's end. The body
/// stands in it byte for byte, so that numbers, key order and repeated keys stay as they were sent: only white space
/// around it and line ends between its tokens are touched. A body that is not JSON comes as `data_base64`.
std::string event_line(const event& what);

} // namespace hookd::sinks
