#include "sinks/append_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hookd::sinks {

result<void> append_file::begin() {
    written_ = 0;
    if (file_ && !names_open_file()) {
        file_.reset();
    }
    const bool opening = !file_;
    if (opening) {
        if (auto opened = open(); !opened) {
            file_.reset();
            return opened;
        }
    }
    struct stat info{};
    if (::fstat(file_.get(), &info) != 0) {
        const auto why = last_error();
        file_.reset();
        return std::unexpected(failed("cannot read", why));
    }
    start_ = info.st_size;
    return opening && ends_within_line() ? write("\n") : result<void>{};
}

result<void> append_file::write(std::string_view lines) {
    const auto done = write_all(file_.get(), lines);
    written_ += done.bytes;
    if (done.error) {
        roll_back();
        return std::unexpected(failed("cannot write", done.error));
    }
    return {};
}

result<void> append_file::commit() {
    if (const auto synced = sync_data(file_.get()); !synced) {
        roll_back();
        return std::unexpected(failed("cannot sync", synced.error()));
    }
    return {};
}

bool append_file::names_open_file() const {
    struct stat named{};
    struct stat open{};
    return ::stat(path_.c_str(), &named) == 0 && ::fstat(file_.get(), &open) == 0 && named.st_dev == open.st_dev &&
           named.st_ino == open.st_ino;
}

result<void> append_file::open() {
    // O_NONBLOCK and O_NOCTTY mean nothing for regular files; they keep a path that became something else from
    // blocking the lane or becoming the daemon's terminal.
    constexpr int flags = O_RDWR | O_APPEND | O_NONBLOCK | O_NOCTTY;
    auto opened = open_at(AT_FDCWD, path_, flags);
    const bool missing = !opened && opened.error() == std::errc::no_such_file_or_directory;
    if (missing) {
        opened = open_at(AT_FDCWD, path_, flags | O_CREAT, mode_);
    }
    if (!opened) {
        return std::unexpected(failed("cannot open", opened.error()));
    }
    file_ = std::move(*opened);
    struct stat info{};
    if (::fstat(file_.get(), &info) != 0) {
        return std::unexpected(failed("cannot open", last_error()));
    }
    if (!S_ISREG(info.st_mode)) {
        return std::unexpected(error{fmt::format("{} is not a regular file; move it away", path_)});
    }
    if (missing && info.st_size == 0) {
        static_cast<void>(::fchmod(file_.get(), mode_)); // the mode is what was asked for, whatever the umask
    }
    // Whoever created the file, its name may not be on disk yet.
    if (const auto synced = sync_directory(parent_of(path_)); !synced) {
        return std::unexpected(failed("cannot sync the directory of", synced.error()));
    }
    return {};
}

/// A byte that cannot be read counts as one: an empty line does no harm.
bool append_file::ends_within_line() const {
    char last = 0;
    return start_ > 0 && (::pread(file_.get(), &last, 1, start_ - 1) != 1 || last != '\n');
}

/// Takes off what the batch wrote, if that is one piece at the file's end: with O_APPEND the file's position is where
/// our last write ended. Otherwise somebody else's bytes are among it; then a line of ours that is not whole is ended
/// at the next opening.
void append_file::roll_back() {
    const auto end = ::lseek(file_.get(), 0, SEEK_CUR);
    struct stat info{};
    if (written_ > 0 && end == start_ + static_cast<off_t>(written_) && ::fstat(file_.get(), &info) == 0 &&
        info.st_size == end) {
        static_cast<void>(::ftruncate(file_.get(), start_));
    }
    file_.reset();
}

error append_file::failed(std::string_view what, std::error_code why) const {
    return {fmt::format("{} {}: {}", what, path_, why.message())};
}

} // namespace hookd::sinks
