// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/core/file_system.hpp>

#include <string>
#include <string_view>

/// What a reader can say about a path before anything is opened: errors go to the table, at the key, and quote the
/// path as it was written.
namespace hookd::sinks {

/// Absolute, since the daemon's working directory means nothing to an operator; and on a file system that answers: one
/// that hangs is a warning, for the sink waits until it does, and nobody else does.
bool check_absolute(config::table& keys, std::string_view key, const std::string& path);

/// A path at which the kernel would make such a file, once its directory is there.
bool check_name(config::table& keys, std::string_view key, const std::string& path, file_type wanted);

/// A directory in which this process may make and rename files. `named` says in the error which directory it is.
bool check_writable_directory(config::table& keys, std::string_view key, const std::string& path,
                              const std::string& named);

/// faccessat(2) with the effective user and group; `mode` as R_OK | W_OK | X_OK.
bool may(const std::string& path, int mode);

} // namespace hookd::sinks
