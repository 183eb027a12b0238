// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace hookd {

/// `path` and the targets of its symbolic links, one after the other; the last need not exist. With a circular link it
/// ends after as many links as the kernel follows, and the last is a link, too. Links in the directories stay.
std::vector<std::string> follow_links(const std::string& path);

enum class file_type : bool { file, directory };

/// Why nothing of this type can be at `path`, whatever its directory contains: a "/" at the end of a file's path,
/// circular symbolic links, a name that is too long. The text continues after the path and says what to do; empty if
/// there is no error.
std::string name_error(const std::string& path, file_type wanted);

/// Why data synced to a file at `path`, whose directory must exist, may be lost: the file system is in memory or on
/// another machine. The text continues after "is on"; empty if nothing is known.
std::string weakness_of_file_system(const std::string& path);

} // namespace hookd
