// SPDX-License-Identifier: MIT
#include "journal/sqlite/sqlite_storage.hpp"

#include <hookd/journal/memory.hpp>
#include <hookd/journal/storage.hpp>

#include <sqlite3.h>

namespace hookd::journal {

result<std::unique_ptr<storage>> open(const journal_settings& settings, wall_clock clock, observers watch) {
    switch (settings.type) {
    case journal_type::memory:
        return open_in_memory(settings, std::move(watch));
    case journal_type::sqlite:
        break;
    }
    return open_sqlite(settings, clock, std::move(watch));
}

std::string backend_versions() {
    return std::string{"SQLite "} + sqlite3_libversion();
}

} // namespace hookd::journal
