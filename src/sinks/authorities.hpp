// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>

#include <string>
#include <string_view>

namespace hookd::sinks {

/// The certificates that a sink trusts.
struct authorities {
    std::string file;    ///< PEM; empty: the system's.
    std::string content; ///< Of the file, so that a reload sees a change.

    bool operator==(const authorities&) const = default;
};

/// Reads the key `ca_file` and checks that the file has certificates. `useless`: why the sink does not use it, for a
/// warning; empty if it does. Blocking.
authorities read_authorities(config::table& keys, std::string_view help, std::string_view useless = {});

} // namespace hookd::sinks
