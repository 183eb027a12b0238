// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/core/byte_size.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace hookd {

using std::chrono::milliseconds;

enum class journal_type : std::uint8_t {
    sqlite, ///< A file.
    memory, ///< Nothing survives the process: for tests and for trying things out.
};

struct journal_settings {
    journal_type type = journal_type::sqlite;
    std::string path = "/var/lib/colivara-hookd/journal.db";
    milliseconds retention{std::chrono::hours{24 * 7}};
    byte_size max_size{std::uint64_t{4} << 30U};

    bool operator==(const journal_settings&) const = default;
};

namespace journal {

/// The [journal] table. Each backend checks its own keys and the place of its files.
journal_settings read_journal(config::table keys);

} // namespace journal

} // namespace hookd
