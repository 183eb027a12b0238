#include "config/file_identity.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <system_error>

namespace hookd::config {

std::string resolved(const std::string& path) {
    constexpr int most_links = 40; // as many as the kernel follows
    std::filesystem::path now{path};
    std::error_code fault;
    for (int i = 0; i < most_links && std::filesystem::is_symlink(std::filesystem::symlink_status(now, fault)); ++i) {
        now = now.parent_path() / std::filesystem::read_symlink(now, fault);
    }
    auto plain = std::filesystem::weakly_canonical(now, fault);
    if (fault) {
        plain = now.lexically_normal();
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
