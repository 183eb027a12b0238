// SPDX-License-Identifier: MIT
#include "sinks/paths.hpp"

#include "sinks/file_io.hpp"

#include <hookd/core/answers.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hookd::sinks {

bool check_absolute(config::table& keys, std::string_view key, const std::string& path) {
    if (!path.starts_with('/')) {
        keys.error(key, "invalid path " + keys.written(key) + ": expected an absolute path");
        return false;
    }
    if (!answers(path)) {
        keys.warning(key, keys.written(key) +
                              " is on a file system that does not respond; the sink's events wait until it does");
        return false;
    }
    return true;
}

bool check_name(config::table& keys, std::string_view key, const std::string& path, file_type wanted) {
    const auto wrong = name_error(path, wanted);
    if (!wrong.empty()) {
        keys.error(key, keys.written(key) + ' ' + wrong);
    }
    return wrong.empty();
}

bool check_writable_directory(config::table& keys, std::string_view key, const std::string& path,
                              const std::string& named) {
    constexpr std::string_view wanted = "; use a directory that the daemon's user can read and write";
    struct stat info{};
    const bool there = ::stat(path.c_str(), &info) == 0;
    std::string wrong;
    if (there && !S_ISDIR(info.st_mode)) {
        wrong = " is not a directory";
    } else if (!there && errno == ENOENT) {
        keys.warning(key, named + " does not exist; create it, the sink's events wait until then");
        return true;
    } else if (!there || !may(path, R_OK | W_OK | X_OK)) {
        wrong = ": " + last_error().message();
    } else {
        return true;
    }
    keys.error(key, (named + wrong).append(wanted));
    return false;
}

bool may(const std::string& path, int mode) {
    return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

} // namespace hookd::sinks
