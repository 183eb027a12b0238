#pragma once

#include "config/effective.hpp"

#include <hookd/config/diagnostics.hpp>

namespace hookd::config {

/// What all tables of one document share while it is read.
struct reading {
    diagnostics& found;
    effective_values& shown;
    bool open_to_others = false; ///< Others may read the file, so that no secret may stand in it.
};

} // namespace hookd::config
