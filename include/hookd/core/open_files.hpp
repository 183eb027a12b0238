// SPDX-License-Identifier: MIT
#pragma once

#include <sys/resource.h>

namespace hookd {

/// Raises the process's soft limit of open files to `wanted`, as far as the hard limit allows; never lowers it. Returns
/// the limit then.
rlim_t raise_file_limit(rlim_t wanted);

/// The limits that this process was started with: a program that it starts must not get a soft limit above what
/// select(2) supports (1024, systemd's default), unless that was configured.
rlimit inherited_file_limit();

} // namespace hookd
