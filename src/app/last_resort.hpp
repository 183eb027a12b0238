#pragma once

#include <chrono>

namespace hookd::app {

/// Ends the process with `code` when it is still there after `patience`, whatever hangs. What was acknowledged is in
/// the journal by then; what was not is sent again.
void end_process_after(std::chrono::milliseconds patience, int code);

/// Ends it now, without exit handlers.
[[noreturn]] void end_process(int code);

} // namespace hookd::app
