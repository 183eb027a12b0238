// SPDX-License-Identifier: MIT
#include "journal/sqlite/file_check.hpp"

#include "journal/sqlite/journal_files.hpp"

#include <hookd/core/file_system.hpp>
#include <hookd/core/unique_fd.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace hookd::journal {

namespace {

// The database header, see https://www.sqlite.org/fileformat.html section 1.3.
constexpr std::size_t header_size = 100;
constexpr std::string_view header_magic("SQLite format 3\0", 16);
constexpr std::size_t user_version_at = 60;
constexpr std::size_t application_id_at = 68;

unique_fd open_file(const std::string& path, int flags) {
    return unique_fd{::open(path.c_str(), flags | O_CLOEXEC, 0600)};
}

error system_error(const std::string& doing, const std::string& path, const std::string& remedy) {
    return {"cannot " + doing + " " + path + ": " + std::strerror(errno) + "; " + remedy};
}

std::uint32_t big_endian(std::span<const unsigned char, header_size> header, std::size_t at) {
    return (std::uint32_t{header[at]} << 24U) | (std::uint32_t{header[at + 1]} << 16U) |
           (std::uint32_t{header[at + 2]} << 8U) | std::uint32_t{header[at + 3]};
}

error foreign(const std::string& path) {
    return {path + " is not a journal of colivara-hookd and was left unchanged: set journal.path to another file, or "
                   "move this one away"};
}

result<void> check_header(const std::string& path, std::span<const unsigned char, header_size> header) {
    if (std::string_view(reinterpret_cast<const char*>(header.data()), header_magic.size()) != header_magic) {
        return std::unexpected(foreign(path));
    }
    const auto id = big_endian(header, application_id_at);
    const auto version = big_endian(header, user_version_at);
    // A start-up that died between creating the file and writing the schema leaves an empty database without marks.
    if (id == 0 && version == 0) {
        return {};
    }
    if (id != application_id) {
        return std::unexpected(foreign(path));
    }
    if (version > schema_version) {
        return std::unexpected(error{"the journal " + path + " was written by a newer colivara-hookd (schema version " +
                                     std::to_string(version) + ", this one supports up to " +
                                     std::to_string(schema_version) +
                                     "): run that version again, or move the file away and lose its events"});
    }
    return {};
}

constexpr std::string_view rollback_magic("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
constexpr std::size_t rollback_pages_at = 16;

/// A start-up that died while it made the file leaves one that says: back to no pages at all.
bool is_of_a_new_file(const std::string& rollback_journal) {
    std::array<unsigned char, header_size> header{};
    const auto file = open_file(rollback_journal, O_RDONLY | O_NONBLOCK);
    const auto got = file ? ::pread(file.get(), header.data(), header.size(), 0) : -1;
    const std::string_view magic(reinterpret_cast<const char*>(header.data()), rollback_magic.size());
    const bool begun = magic == rollback_magic || big_endian(header, 0) == 0; // its first bytes are written last
    return got == static_cast<ssize_t>(header.size()) && begun && big_endian(header, rollback_pages_at) == 0;
}

/// One whose first byte is 0 is not complete yet or done with: SQLite passes over it.
result<void> check_no_rollback_journal(const std::string& path) {
    const auto log = path + "-journal";
    std::array<char, rollback_magic.size()> start{};
    const auto file = open_file(log, O_RDONLY);
    const auto got = file ? ::pread(file.get(), start.data(), start.size(), 0) : 0;
    if (got <= 0 || start[0] == 0 || is_of_a_new_file(log)) {
        return {};
    }
    if (std::string_view(start.data(), start.size()) != rollback_magic) {
        return std::unexpected(error{log + " is not a rollback journal of SQLite: move it away"});
    }
    return std::unexpected(error{
        log +
        " is a rollback journal of SQLite, which colivara-hookd does not leave behind: move it away if it came with a "
        "backup; if another program was interrupted while it changed the journal, roll that back: sqlite3 " +
        path + " \"PRAGMA quick_check\""});
}

bool holds_something(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && status.st_size > 0;
}

/// SQLite would throw away what it finds beside a file that is missing or empty: the write-ahead log, or the rollback
/// journal of a program that works without one.
result<void> check_no_log_is_left(const std::string& path) {
    for (const auto& log : {path + "-wal", path + "-journal"}) {
        if (holds_something(log) && (log.ends_with("-wal") || !is_of_a_new_file(log))) {
            return std::unexpected(error{log + " holds a part of a journal that does not exist: put that back as " +
                                         path + ", or move this file away, too, to start with an empty journal"});
        }
    }
    return {};
}

result<void> check_content(const std::string& path, int file) {
    struct stat status{};
    if (::fstat(file, &status) != 0) {
        return std::unexpected(system_error("inspect the journal", path, "check the disk"));
    }
    if (status.st_size == 0) {
        return check_no_log_is_left(path);
    }
    std::array<unsigned char, header_size> header{};
    if (::pread(file, header.data(), header.size(), 0) != static_cast<ssize_t>(header.size())) {
        return std::unexpected(foreign(path));
    }
    auto fit = check_header(path, header);
    return fit ? check_no_rollback_journal(path) : fit;
}

} // namespace

result<void> check_file(const std::string& path) {
    const auto file = open_file(path, O_RDONLY | O_NONBLOCK);
    if (!file) {
        return std::unexpected(system_error("open the journal", path, "name a file that you may read"));
    }
    return check_content(path, file.get());
}

result<bool> check_or_create_file(const std::string& path) {
    const auto file = open_file(path, O_RDONLY | O_NONBLOCK);
    if (!file) {
        if (errno != ENOENT) {
            return std::unexpected(system_error("open the journal", path, "make it readable for the daemon's user"));
        }
        if (auto none = check_no_log_is_left(path); !none) {
            return std::unexpected(none.error());
        }
        const auto created = open_file(path, O_RDWR | O_CREAT | O_EXCL);
        if (!created) {
            return std::unexpected(
                system_error("create the journal", path, "make its directory writable for the daemon's user"));
        }
        return true;
    }
    const auto fit = check_content(path, file.get());
    if (fit && ::access(path.c_str(), W_OK) != 0) {
        return std::unexpected(system_error("write the journal", path, "make it writable for the daemon's user"));
    }
    return fit ? result<bool>{false} : std::unexpected(fit.error());
}

result<std::string> locate(const std::string& path) {
    auto last = follow_links(path).back();
    std::error_code ec;
    if (std::filesystem::is_symlink(last, ec)) {
        return std::unexpected(error{path + " is a dangling symbolic link: set journal.path to a file"});
    }
    if (auto usable = check_journal_files(last); !usable) {
        return std::unexpected(usable.error());
    }
    return last;
}

result<void> check_directory(const std::string& path) {
    auto directory = std::filesystem::path(path).parent_path();
    if (directory.empty()) {
        directory = ".";
    }
    std::error_code ec;
    if (!std::filesystem::is_directory(directory, ec)) {
        return std::unexpected(error{"the journal's directory " + directory.string() +
                                     " does not exist: create it with mode 0700, owned by the daemon's user"});
    }
    return {};
}

result<void> sync_directory_of(const std::string& path) {
    auto directory = std::filesystem::path(path).parent_path();
    if (directory.empty()) {
        directory = ".";
    }
    const auto opened = open_file(directory.string(), O_RDONLY | O_DIRECTORY);
    if (!opened || ::fsync(opened.get()) != 0) {
        return std::unexpected(system_error("sync the journal's directory", directory.string(), "check the disk"));
    }
    return {};
}

} // namespace hookd::journal
