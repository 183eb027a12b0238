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

/// How a type of sink reads its own keys from a [[sink]] table. Pure but for looking at the files it names; errors go
/// through the table. The caller reads the common keys and calls finish().
struct sink_reader {
    std::string_view type;
    std::shared_ptr<const sink_options> (*read)(table& keys);
};

enum class syntax : std::uint8_t { toml, json };

/// What the config room cannot know by itself, lent by the rooms that do. Each returns what is wrong, or nothing, and
/// may be left out.
struct checks {
    std::optional<std::string> (*secret)(std::string_view text) = nullptr;
    /// What is doubtful about one that is not wrong.
    std::optional<std::string> (*secret_doubt)(std::string_view text) = nullptr;
    /// `doubts` gets what is doubtful about files that are not wrong.
    std::optional<std::string> (*tls)(const tls_settings& files, std::vector<std::string>& doubts) = nullptr;
    std::span<const sink_reader> sinks;
    /// In force in the daemon that is to go on with the file: what it cannot change while it runs must be the same.
    const settings* running = nullptr;
    /// Whether to look for the directories in which a start would make the journal and the Unix sockets.
    bool places = false;
};

struct loaded {
    std::shared_ptr<const settings> values; ///< Null where there is any error.
    std::vector<std::string> errors;        ///< `FILE:LINE:COLUMN: key.path: what`, in file order.
    std::vector<std::string> warnings;
    /// All values in force as TOML, for `check --print`: an inline secret as "<secret>", `${NAME}` as it was written.
    /// Empty where there is any error.
    std::string effective;
};

/// Reads `path` (JSON where it ends in `.json`, else TOML) and every secret and file that it names. Blocking. Errors
/// of the file itself (missing, unreadable, not TOML) are reported the same way.
loaded load(const std::string& path, const checks& lent);

/// The same of a text that `name` names in messages. Whether others can read an inline secret is not asked.
loaded load_text(std::string_view text, syntax in, const std::string& name, const checks& lent);

/// Where the daemon of this configuration is to be asked: `[admin].socket`, or its default. Nothing else of the file is
/// judged, and no file that it names is read: who asks a daemon may not have access to its secrets. The error is what
/// keeps the socket from being known, a line an error.
result<std::string> read_admin_socket(const std::string& path);

/// The paths of the configured endpoints, likewise: before a webhook is registered its secret's file is not there yet.
result<std::vector<std::string>> read_endpoint_paths(const std::string& path);

} // namespace hookd::config
