// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace hookd::admin {

/// The process metrics that every Prometheus client has, from the kernel. 0 if unknown.
struct process_figures {
    double started = 0; ///< Unix seconds.
    double cpu_seconds = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_descriptors = 0;
    std::uint64_t most_descriptors = 0;
};

process_figures look_at_process();

} // namespace hookd::admin
