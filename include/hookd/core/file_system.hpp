#pragma once

#include <string>

namespace hookd {

/// Why what is synced to a file at `path`, whose directory must be there, may not last: the file system that it is on
/// is in memory, or on another machine. Goes on after "is on". Empty: nothing is known against it.
std::string weakness_of_file_system(const std::string& path);

} // namespace hookd
