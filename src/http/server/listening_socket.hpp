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

/// The name of a Unix socket in the file system. Others may remove it, or use it for their own socket.
class socket_file {
public:
    /// Of a socket that was just bound.
    explicit socket_file(std::string path);

    bool is_there() const;
    void remove() const;

private:
    std::string path_;
    dev_t device_ = 0;
    ino_t number_ = 0;
};

/// The sockets of a listener, bound and listening, non-blocking and close-on-exec. TCP sockets are separate
/// (SO_REUSEPORT), so that the kernel distributes connections; Unix sockets and those from systemd are one socket,
/// duplicated. The address
/// `[::]` is IPv6 only; a socket from systemd is as configured in its unit.
struct listening_sockets {
    std::vector<unique_fd> descriptors; ///< One for each I/O thread; if systemd passed several, that many of each.
    std::string bound;                  ///< The actual address, with the port that the kernel chose for port 0.
    std::optional<socket_file> file;    ///< Of a Unix socket.
};

/// `address`: `host:port`, `[v6]:port`, `unix:/path`, `systemd:NAME`. `own`: where the caller already listens; another
/// address with one of these ports may be opened in addition, for example to change 127.0.0.1:80 to 0.0.0.0:80. Errors
/// say what to do. Blocking.
result<listening_sockets> open_listening_sockets(std::string_view address, unsigned count,
                                                 std::span<const std::string> own);

} // namespace hookd::http
