// SPDX-License-Identifier: MIT
#pragma once

#include "config/effective.hpp"

#include <hookd/config/diagnostics.hpp>
#include <hookd/config/key.hpp>

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
    bool places = false;                               ///< See table::checks_places.
    const fixed_values* running = nullptr;             ///< Of the daemon that reloads; null: there is none.
    fixed_values fixed{};                              ///< Of this document.
    std::vector<key_description>* described = nullptr; ///< Receives each declared key; may be null.
};

} // namespace hookd::config
