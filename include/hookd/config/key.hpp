// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace hookd::config {

/// When a changed value takes effect. A reload that changes a key that needs a restart is refused: half of a
/// configuration would be worse.
enum class applies : std::uint8_t { on_reload, on_restart };

/// The declaration of a key, at the only place that reads it. All three are required.
struct key {
    std::string_view name;
    applies when;
    std::string_view help; ///< One line for the reference: a phrase without a full stop.

    constexpr key(std::string_view called, applies takes_effect, std::string_view meaning)
        : name{called}, when{takes_effect}, help{meaning} {}
};

/// What a declared key is to users.
struct key_description {
    std::string table; ///< The path of its table without indices, such as `listener.tls`; empty for the root.
    std::string name;
    std::string type;     ///< Such as "duration, 10ms to 1h".
    std::string fallback; ///< The default, as TOML; empty if there is none.
    bool required = false;
    applies when = applies::on_reload;
    std::string help;
};

/// The values of the keys that need a restart, by key path.
using fixed_values = std::map<std::string, std::string>;

} // namespace hookd::config
