// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/diagnostics.hpp>
#include <hookd/config/table.hpp>
#include <hookd/core/error.hpp>
#include <hookd/core/settings.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::config {

/// Reads the keys of one sink type from a [[sink]] table. No side effects; it only looks at the files that are named.
/// Errors go to the table. The caller reads the common keys and calls finish().
struct sink_reader {
    std::string_view type;
    std::shared_ptr<const sink_options> (*read)(table& keys);
};

enum class syntax : std::uint8_t { toml, json };

/// Checks that belong to other modules. Each returns what is wrong, or nothing, and is optional.
struct checks {
    std::optional<std::string> (*secret)(std::string_view text) = nullptr;
    /// A warning about a valid secret.
    std::optional<std::string> (*secret_doubt)(std::string_view text) = nullptr;
    /// `doubts` receives the warnings about valid files.
    std::optional<std::string> (*tls)(const tls_settings& files, std::vector<std::string>& doubts) = nullptr;
    std::span<const sink_reader> sinks;
    /// The current settings of the daemon that reloads the file: what a reload cannot change must be the same.
    const settings* running = nullptr;
    /// Whether to check the directories in which a start creates the journal and the Unix sockets.
    bool places = false;
};

struct loaded {
    std::shared_ptr<const settings> values; ///< Null if there are errors.
    std::vector<std::string> errors;        ///< `FILE:LINE:COLUMN: key.path: what`, in file order.
    std::vector<std::string> warnings;
    /// All effective values as TOML, for `check --print`: an inline secret as "<secret>", `${NAME}` as it was written.
    /// Empty if there are errors.
    std::string effective;
};

/// Reads `path` (JSON if it ends in `.json`, otherwise TOML) and every secret and file that it names. Blocking. Errors
/// of the file itself (missing, unreadable, not TOML) are reported the same way.
loaded load(const std::string& path, const checks& lent);

/// The same for a text, called `name` in messages. Does not check whether others can read an inline secret.
loaded load_text(std::string_view text, syntax in, const std::string& name, const checks& lent);

/// The admin socket of this configuration: `[admin].socket`, or its default. Nothing else in the file is checked, and
/// no file that it names is read: a user of the admin socket may have no access to the secrets. The error has one line
/// for each error that prevents reading it.
result<std::string> read_admin_socket(const std::string& path);

/// The paths of the configured endpoints, in the same way: before a webhook is registered its secret does not exist.
result<std::vector<std::string>> read_endpoint_paths(const std::string& path);

} // namespace hookd::config
