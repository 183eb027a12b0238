// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace hookd {

/// Whether a look at the path returns within two seconds, whatever it finds: on a dead mount it never does. Before
/// anything else looks there that must not hang.
bool answers(const std::string& path);

} // namespace hookd
