// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/http/server/settings.hpp>

#include <cstdint>
#include <sys/types.h>
#include <utility>

namespace hookd::http {

/// Detects changes of a listener's certificate or key file. It checks the files themselves, which also works with
/// symbolic links (as certbot uses them) and on file systems that do not report changes.
class certificate_watch {
public:
    /// The current content of the files counts as known: create it before reading them.
    explicit certificate_watch(tls_settings files);

    /// True once for each change, if the files are the same as at the previous check: certificate and key are written
    /// one after the other, and must be a pair. Blocking.
    bool changed();

    const tls_settings& files() const { return files_; }

private:
    struct stamp {
        dev_t device = 0;
        ino_t number = 0;
        off_t size = 0;
        std::int64_t modified = 0; // nanoseconds
        std::int64_t changed = 0;

        bool operator==(const stamp&) const = default;
    };
    using stamps = std::pair<stamp, stamp>;
    static stamp read(const std::string& path);
    stamps read() const { return {read(files_.certificate), read(files_.private_key)}; }

    tls_settings files_;
    stamps known_;
    stamps last_;
};

} // namespace hookd::http
