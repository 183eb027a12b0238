// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hookd::sinks {

/// Where hooks find the programs that they name without a path.
inline constexpr std::string_view hook_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What will keep the kernel from starting this executable file: of a script, as far as its first line tells, no `#!`,
/// one that it does not find (a byte order mark, CR LF), one that it reads in another way than it looks, or an
/// interpreter that is not there or cannot be started itself; of a program, what its header tells. With what to do.
/// Nothing where it looks fine, or cannot be read.
std::optional<std::string> doubt_of_program(const std::string& path);

} // namespace hookd::sinks
