#pragma once

#include <string>
#include <vector>

namespace hookd {

/// `path`, and what it leads to, symbolic link by symbolic link: the last need not exist. Where links lead in a circle
/// it ends after as many as the kernel follows, and the last is a link, too. Links in front of the name stay.
std::vector<std::string> follow_links(const std::string& path);

/// Why what is synced to a file at `path`, whose directory must be there, may not last: the file system that it is on
/// is in memory, or on another machine. Goes on after "is on". Empty: nothing is known against it.
std::string weakness_of_file_system(const std::string& path);

} // namespace hookd
