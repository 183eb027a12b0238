// SPDX-License-Identifier: MIT
#include <hookd/core/file_system.hpp>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>

namespace hookd {

namespace {

constexpr std::uint32_t nfs_magic = NFS_SUPER_MAGIC;
constexpr std::uint32_t cifs_magic = 0xff534d42;
constexpr std::uint32_t smb2_magic = 0xfe534d42;
constexpr std::uint32_t fuse_magic = 0x65735546;

const char* remote_name(std::uint32_t kind) {
    switch (kind) {
    case nfs_magic:
        return "NFS";
    case cifs_magic:
    case smb2_magic:
    case SMB_SUPER_MAGIC:
        return "SMB";
    case AFS_SUPER_MAGIC:
    case AFS_FS_MAGIC:
        return "AFS";
    case V9FS_MAGIC:
        return "9P";
    case fuse_magic:
        return "FUSE (sshfs, for example)";
    default:
        return nullptr;
    }
}

} // namespace

std::vector<std::string> follow_links(const std::string& path) {
    constexpr std::size_t most_links = 40; // the kernel's limit
    std::vector<std::string> names{path};
    std::error_code ec;
    while (names.size() <= most_links) {
        const std::filesystem::path link = names.back();
        const auto target = std::filesystem::read_symlink(link, ec);
        if (ec) {
            break;
        }
        names.push_back((link.parent_path() / target).string());
    }
    return names;
}

std::string name_error(const std::string& path, file_type wanted) {
    if (wanted == file_type::file && path.ends_with('/')) {
        return "ends in \"/\", as directories do; expected the path of a file";
    }
    struct stat info{};
    const int code = ::stat(path.c_str(), &info) == 0 ? 0 : errno;
    if (code == ELOOP) {
        return "is a circular symbolic link; remove it or correct the path";
    }
    if (code == ENAMETOOLONG) {
        return "has a name of more than 255 bytes, or is longer than 4095; expected a shorter path";
    }
    return {};
}

std::string weakness_of_file_system(const std::string& path) {
    std::error_code ec;
    const auto place = std::filesystem::weakly_canonical(follow_links(path).back(), ec).parent_path();
    struct statfs status{};
    if (ec || ::statfs(place.c_str(), &status) != 0) {
        return {};
    }
    const auto kind = static_cast<std::uint32_t>(status.f_type);
    if (kind == TMPFS_MAGIC || kind == RAMFS_MAGIC) {
        return "a file system in memory: acknowledged events are lost when the machine restarts";
    }
    if (const auto* name = remote_name(kind)) {
        return std::string{name} + ": its locks and syncs are not reliable, so acknowledged events may be lost or "
                                   "damaged";
    }
    return {};
}

} // namespace hookd
