// SPDX-License-Identifier: MIT
#pragma once

#include <sys/resource.h>

namespace hookd {

/// Raises the process's soft limit of open files to `wanted`, as far as the hard limit allows; never lowers it. Returns
/// the limit then.
rlim_t raise_file_limit(rlim_t wanted);

/// The limits that this process was started with: programs that it starts must not get a soft limit above what
/// select(2) can name (1024, as systemd has it), unless somebody meant that.
rlimit inherited_file_limit();

} // namespace hookd
