// SPDX-License-Identifier: MIT
#pragma once

#include "http/server/certificate_watch.hpp"
#include "http/server/listening_socket.hpp"
#include "http/server/settings_snapshot.hpp"

#include <hookd/core/error.hpp>
#include <hookd/core/unique_fd.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hookd::http {

/// A prepared listener: everything that can fail is done, but it is not active yet.
struct ready_listener {
    listener_ptr what;
    std::vector<unique_fd> added; ///< The sockets of listening_sockets, if the address is new.
    std::optional<socket_file> file;
    std::optional<certificate_watch> watch;
};

/// Reads the certificate, and opens sockets unless one of the current listeners (`now`) has the same address; then it
/// replaces that one. `before`: the listeners before it in the configuration, because several may use port 0 of the
/// same address. Blocking.
result<ready_listener> make_ready(const listener_settings& settings, std::span<const ready_listener> before,
                                  std::span<const listener_ptr> now, unsigned threads);

} // namespace hookd::http
