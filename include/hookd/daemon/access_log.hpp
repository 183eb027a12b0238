// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/core/time.hpp>
#include <hookd/http/server/server.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace hookd {

/// Which requests have a line in the access log.
enum class logged_requests : std::uint8_t { off, rejected, all };

struct access_log_settings {
    logged_requests requests = logged_requests::off;
    std::string file; ///< Absolute; empty: standard error.

    bool operator==(const access_log_settings&) const = default;
};

namespace daemon {

access_log_settings read_access_log(config::table keys);

/// One JSON line per request, written by a thread of its own: a disk that hangs delays no other thread. Past 8192
/// queued lines the oldest are dropped; so are lines that cannot be written, for example on a full disk.
class access_log {
public:
    access_log();
    access_log(const access_log&) = delete;
    access_log& operator=(const access_log&) = delete;
    ~access_log();

    /// Starts the thread, if `settings` need it and it does not run yet. Throws std::system_error. Not thread-safe.
    void prepare(const access_log_settings& settings);
    /// After `prepare` with the same settings. Cannot fail: an error of the file is logged with the next line.
    void configure(const access_log_settings& settings);

    /// Any thread; does not block.
    void write(const http::served_request& what, unix_millis now);
    /// Opens the file again, soon. (That its path leads to another file is noticed within a second, without it.) Any
    /// thread; does not block.
    void reopen();
    /// Lines dropped since the start. Any thread.
    std::uint64_t dropped() const;

    /// Writes the queued lines. Blocks as long as the disk does. Once, and nothing may call `write` any more.
    void stop();

private:
    class line_file;
    struct writer;

    std::atomic<logged_requests> requests_{logged_requests::off};
    std::unique_ptr<writer> writer_; // never changes once `started_`
    std::atomic<bool> started_{false};
};

} // namespace daemon

} // namespace hookd
