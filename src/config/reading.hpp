// SPDX-License-Identifier: MIT
#pragma once

#include "config/effective.hpp"

#include <hookd/config/diagnostics.hpp>

#include <string>
#include <vector>

namespace hookd::config {

/// A file that the configuration names for something else than events.
struct used_file {
    std::string path;
    std::string key; // which names it
};

/// What all tables of one document share while it is read.
struct reading {
    diagnostics& found;
    effective_values& shown;
    bool open_to_others = false; ///< Others may read the file, so that no secret may stand in it.
    std::vector<used_file> files{};
};

} // namespace hookd::config
