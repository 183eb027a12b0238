// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/unique_fd.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace hookd::http {

/// The name that a Unix socket was given in the file system. Others may remove it, or give it to a socket of theirs.
class socket_file {
public:
    /// Just bound there.
    explicit socket_file(std::string path);

    bool is_there() const;
    void remove() const;

private:
    std::string path_;
    dev_t device_ = 0;
    ino_t number_ = 0;
};

/// The sockets of one listener, bound and listening, non-blocking and close-on-exec. TCP sockets are separate
/// (SO_REUSEPORT), so that the kernel spreads connections; Unix sockets and those that systemd passes are one socket,
/// duplicated. An address `[::]` is IPv6 only; a socket of systemd is as its unit made it.
struct listening_sockets {
    std::vector<unique_fd> descriptors; ///< One for each I/O thread; of several that systemd passed, as many of each.
    std::string bound;                  ///< Where it really listens: the port that the kernel chose for port 0.
    std::optional<socket_file> file;    ///< Of a Unix socket.
};

/// `address`: `host:port`, `[v6]:port`, `unix:/path`, `systemd:NAME`. `own`: where the caller listens already; on a
/// port of these another address may be opened beside, as when 127.0.0.1:80 is to become 0.0.0.0:80. Errors say what to
/// do. Blocking.
result<listening_sockets> open_listening_sockets(std::string_view address, unsigned count,
                                                 std::span<const std::string> own);

} // namespace hookd::http
