// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

/// Keys of a [[sink]] that writes to a path.
namespace hookd_test {

inline std::string quoted(const std::filesystem::path& path) {
    return '"' + path.string() + '"';
}
inline std::string file_at(const std::filesystem::path& path) {
    return "type = \"file\"\npath = " + quoted(path);
}
inline std::string queue_at(const std::filesystem::path& path) {
    return "type = \"queue\"\npath = " + quoted(path);
}

} // namespace hookd_test
