// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/core/file_system.hpp>

#include <string>
#include <string_view>

/// Checks of paths before anything is opened. Errors go to the table, at the key, and quote the path as it was written.
namespace hookd::sinks {

/// It must be absolute, because the daemon's working directory is arbitrary; and its file system must respond:
/// otherwise a warning, because only the sink waits for it.
bool check_absolute(config::table& keys, std::string_view key, const std::string& path);

/// It must be a path at which the kernel can create such a file, once its directory exists.
bool check_name(config::table& keys, std::string_view key, const std::string& path, file_type wanted);

/// It must be a directory in which this process may create and rename files. `named` is its name in the error.
bool check_writable_directory(config::table& keys, std::string_view key, const std::string& path,
                              const std::string& named);

/// faccessat(2) with the effective user and group; `mode` such as R_OK | W_OK | X_OK.
bool may(const std::string& path, int mode);

} // namespace hookd::sinks
