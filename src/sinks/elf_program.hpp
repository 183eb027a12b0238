// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace hookd::sinks {

/// What will keep the kernel from starting this ELF file (elf(5)): another machine's, none that can be started, or a
/// loader (PT_INTERP) that is not there, for which execve(2) says "No such file" of a file that is; with what to do.
/// Nothing where it looks fine, or is no ELF file.
std::optional<std::string> doubt_of_elf(int file);

} // namespace hookd::sinks
