// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace hookd::sinks {

/// Why the kernel cannot start this ELF file (elf(5)), and what to do: it is for another machine, not executable, or
/// its loader (PT_INTERP) is missing, for which execve(2) reports "No such file" although the file exists. Nothing if
/// it looks fine or is not an ELF file.
std::optional<std::string> doubt_of_elf(int file);

} // namespace hookd::sinks
