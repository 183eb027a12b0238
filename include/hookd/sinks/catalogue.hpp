// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/sinks/settings.hpp>
#include <hookd/sinks/sink.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace hookd::sinks {

/// A type of sink.
struct catalogue_row {
    std::string_view name; ///< The value of the key `type`.
    /// Reads the keys of the type from a [[sink]] table. No side effects; it only looks at the files that are named.
    /// Errors go to the table. The caller reads the common keys and calls finish().
    sink_options_ptr (*read)(config::table& keys);
    /// Null if this build has left the type out; then `read` says so. Acquires resources, with the io_context of the
    /// sink worker's thread. If something cannot be opened, it does not fail: `deliver` returns `unavailable` until it
    /// can.
    std::unique_ptr<sink> (*build)(const sink_settings& settings, boost::asio::io_context& worker);
};

std::span<const catalogue_row> catalogue();

/// Builds the sink of the settings. Its type must be in the catalogue, which read_sinks has checked.
std::unique_ptr<sink> build(const sink_settings& settings, boost::asio::io_context& worker);

} // namespace hookd::sinks
