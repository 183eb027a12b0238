// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/diagnostics.hpp>
#include <hookd/config/key.hpp>
#include <hookd/config/table.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Configuration documents. What keys there are is declared by the modules that they configure.
namespace hookd::config {

enum class syntax : std::uint8_t { toml, json };

/// Reads the keys from the document's root, and reports errors there.
using read_root = std::function<void(table& root)>;

struct options {
    /// Of the daemon that reloads the file: what a reload cannot change must be the same. Null: there is none.
    const fixed_values* running = nullptr;
    bool places = false; ///< See table::checks_places.
};

struct outcome {
    std::vector<std::string> errors;   ///< `FILE:LINE:COLUMN: key.path: what`, in file order.
    std::vector<std::string> warnings; ///< In the same form.
    /// All effective values as TOML, for `check --print`: an inline secret as "<secret>", `${NAME}` as it was written.
    /// Empty if there are errors.
    std::string effective;
    fixed_values fixed;
};

/// Reads `path` (JSON if it ends in `.json`, otherwise TOML) and every secret and file that it names. Blocking. Errors
/// of the file itself (missing, unreadable, not TOML) are reported the same way. `read` is called only if the document
/// can be parsed.
outcome load(const std::string& path, const read_root& read, const options& how = {});

/// The same for a text, called `name` in messages. Does not check whether others can read an inline secret.
outcome load_text(std::string_view text, syntax in, const std::string& name, const read_root& read,
                  const options& how = {});

/// The keys that `read` declares when it reads this TOML text, in that order; errors in it do not matter. Keys are
/// declared while they are read, so the text has each table once.
std::vector<key_description> declared_keys(std::string_view text, const read_root& read);

} // namespace hookd::config
