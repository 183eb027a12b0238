// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace hookd::journal {

/// Whether the names of the journal's files still refer to the open files, and whether these still hold exactly what
/// was written to them. Another program may move, remove, truncate or overwrite them meanwhile; data that is synced
/// into a file without a name, after a hole, or into foreign content is gone when the process ends, though every sync
/// succeeds.
class file_names {
public:
    enum class verdict : std::uint8_t { intact, moved, truncated, overwritten };

    file_names(std::string file, std::string log) : file_{std::move(file), {}}, log_{std::move(log), {}} {}

    /// Remembers each file when it first sees it; from then on `moved` when its name is gone or another file's. In
    /// bytes: the file's size, if that is known, and the log's least.
    verdict check(std::optional<std::uint64_t> file_bytes, std::uint64_t log_bytes);
    /// 0: it is not there.
    std::uint64_t file_bytes() const { return size_of(file_.path); }

    /// In bytes; 0: there is no such file.
    static std::uint64_t size_of(const std::string& path);

private:
    struct identity {
        std::uint32_t device_major;
        std::uint32_t device_minor;
        std::uint64_t inode;
        friend bool operator==(const identity&, const identity&) = default;
    };
    struct name {
        std::string path;
        std::optional<identity> seen;
    };
    static verdict check(name& which, std::uint64_t least_bytes, std::uint64_t most_bytes);

    name file_;
    name log_;
};

} // namespace hookd::journal
