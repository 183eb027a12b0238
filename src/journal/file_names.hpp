#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace hookd::journal {

/// Whether the names of the journal's files still stand for the files that are open. Somebody may move or remove them
/// meanwhile; what is synced into a file without a name is gone when the process ends, though every sync succeeds.
class file_names {
public:
    file_names(std::string file, std::string log) : file_{std::move(file), {}}, log_{std::move(log), {}} {}

    /// Remembers each file when it first sees it; from then on false when its name is gone or another file's.
    bool unchanged() { return unchanged(file_) && unchanged(log_); }

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
    static bool unchanged(name& which);

    name file_;
    name log_;
};

} // namespace hookd::journal
