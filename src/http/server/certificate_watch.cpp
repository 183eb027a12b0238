// SPDX-License-Identifier: MIT
#include "http/server/certificate_watch.hpp"

#include <sys/stat.h>

namespace hookd::http {

namespace {

std::int64_t nanoseconds(const timespec& moment) {
    return std::int64_t{moment.tv_sec} * 1'000'000'000 + moment.tv_nsec;
}

} // namespace

certificate_watch::certificate_watch(tls_settings files) : files_{std::move(files)}, known_{read()}, last_{known_} {}

bool certificate_watch::changed() {
    const auto now = read();
    const bool at_rest = now == std::exchange(last_, now);
    return at_rest && std::exchange(known_, now) != now;
}

certificate_watch::stamp certificate_watch::read(const std::string& path) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) {
        return {};
    }
    return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

} // namespace hookd::http
