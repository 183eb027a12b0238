// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace hookd {

/// Whether stat(2) of the path returns within two seconds, whatever its result: on a dead mount it never returns. Call
/// it before any access that must not hang.
bool answers(const std::string& path);

} // namespace hookd
