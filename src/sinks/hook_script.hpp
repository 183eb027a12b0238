#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hookd::sinks {

/// Where hooks find the programs that they name without a path.
inline constexpr std::string_view hook_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What will keep the kernel from starting this executable file, as far as its first line tells: no `#!` in a script,
/// one that it does not find (a byte order mark, CR LF), or an interpreter that is not there; with what to do. Nothing
/// where it looks fine, or cannot be read.
std::optional<std::string> doubt_of_script(const std::string& path);

} // namespace hookd::sinks
