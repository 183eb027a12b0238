// SPDX-License-Identifier: MIT
#include "journal/sqlite/sqlite_place.hpp"

#include "journal/sqlite/journal_files.hpp"

#include <hookd/config/file_identity.hpp>
#include <hookd/config/shared_keys.hpp>
#include <hookd/config/wording.hpp>
#include <hookd/core/file_system.hpp>

namespace hookd::journal {

void check_sqlite_place(config::table& keys, const std::string& path) {
    const auto place = config::resolved(path);
    for (const auto& name : journal_files(place)) {
        keys.uses_file("path", name);
    }
    if (path.empty()) {
        keys.error("path", "must not be empty: expected the path of a file in its own directory");
        return;
    }
    if (!keys.checks_places()) {
        return;
    }
    config::check_place(keys, "path", path);
    if (const auto usable = check_journal_files(place); !usable) {
        keys.error("path", usable.error().message);
    }
    if (const auto weakness = weakness_of_file_system(path); !weakness.empty()) {
        keys.warning("path", config::quoted(std::string_view{path}) + " is on " + weakness + "; use a local disk");
    }
}

} // namespace hookd::journal
