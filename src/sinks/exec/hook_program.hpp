// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hookd::sinks {

/// Where hooks find programs without a path.
inline constexpr std::string_view hook_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Why the kernel cannot start this executable file, and what to do. For a script, from its first line: no `#!`, or one
/// that it does not recognize (a byte order mark, CR LF) or reads differently than it looks, or an interpreter that
/// does not exist or cannot be started itself. For a program, from its header. Nothing if it looks fine or cannot be
/// read.
std::optional<std::string> doubt_of_program(const std::string& path);

} // namespace hookd::sinks
