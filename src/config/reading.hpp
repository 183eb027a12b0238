// SPDX-License-Identifier: MIT
#pragma once

#include "config/effective.hpp"

#include <hookd/config/diagnostics.hpp>

#include <string>
#include <vector>

namespace hookd::config {

/// A file that the configuration uses for something other than events.
struct used_file {
    std::string path;
    std::string key; // that names it
};

/// What all tables of a document share while it is read.
struct reading {
    diagnostics& found;
    effective_values& shown;
    bool open_to_others = false; ///< Others may read the file, so it must not have secrets.
    std::vector<used_file> files{};
};

} // namespace hookd::config
