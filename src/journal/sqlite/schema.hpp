// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/then.hpp"

#include <cstdint>

namespace hookd::journal {

enum class schema_state : std::uint8_t {
    none,    ///< an empty database: the schema is to be created
    ours,    ///< complete, of this version
    older,   ///< complete, of a version that `upgrade_schema` knows
    foreign, ///< another program's, or damaged beyond recognition
    newer,
};

/// What the database holds, by its marks and tables.
storage_result<schema_state> look_at_schema(database& file);

/// Tables, indices and marks in one transaction.
storage_result<void> create_schema(database& file);

/// For reading: this connection sees the tables of an older version as those of this one.
storage_result<void> show_as_upgraded(database& file);

/// From an older version to this one, in one transaction.
storage_result<void> upgrade_schema(database& file);

} // namespace hookd::journal
