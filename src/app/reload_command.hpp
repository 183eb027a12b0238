// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::app {

/// Has the running daemon read its configuration anew, and waits for the verdict. Returns the exit code: 0 applied, 78
/// refused (each error is printed to `err`, and nothing has changed), 69 not reachable.
int run_reload(const std::string& config_path, const std::optional<std::string>& socket, std::ostream& out,
               std::ostream& err);

} // namespace hookd::app
