// SPDX-License-Identifier: MIT
#include <hookd/config/file_identity.hpp>
#include <hookd/core/file_system.hpp>

#include <filesystem>
#include <sys/stat.h>
#include <system_error>

namespace hookd::config {

std::string resolved(const std::string& path) {
    const std::filesystem::path last = follow_links(path).back();
    std::error_code ec;
    auto plain = std::filesystem::weakly_canonical(last, ec);
    if (ec) {
        plain = last.lexically_normal();
    }
    auto text = plain.string();
    if (text.size() > 1 && text.ends_with('/')) {
        text.pop_back();
    }
    return text;
}

bool same_file(const std::string& a, const std::string& b) {
    struct stat one{};
    struct stat other{};
    return resolved(a) == resolved(b) || (::stat(a.c_str(), &one) == 0 && ::stat(b.c_str(), &other) == 0 &&
                                          one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

} // namespace hookd::config
