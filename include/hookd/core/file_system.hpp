// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace hookd {

/// `path`, and what it leads to, symbolic link by symbolic link: the last need not exist. Where links lead in a circle
/// it ends after as many as the kernel follows, and the last is a link, too. Links in front of the name stay.
std::vector<std::string> follow_links(const std::string& path);

enum class file_type : bool { file, directory };

/// Why nothing of this type can be at `path`, whatever its directory has: a "/" at the end of a file's, symbolic links
/// that lead in a circle, a name that is too long. Goes on after the path, and says what to do. Empty: nothing is wrong
/// with it.
std::string name_error(const std::string& path, file_type wanted);

/// Why what is synced to a file at `path`, whose directory must be there, may not last: the file system that it is on
/// is in memory, or on another machine. Goes on after "is on". Empty: nothing is known against it.
std::string weakness_of_file_system(const std::string& path);

} // namespace hookd
