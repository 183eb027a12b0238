// SPDX-License-Identifier: MIT
#pragma once

#include "http/certificate_watch.hpp"
#include "http/listening_socket.hpp"
#include "http/settings_snapshot.hpp"

#include <hookd/core/error.hpp>
#include <hookd/core/unique_fd.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hookd::http {

/// A listener for which all is done that can fail, and which is not in force yet.
struct ready_listener {
    listener_ptr what;
    std::vector<unique_fd> added; ///< Sockets where the address is new: those of listening_sockets.
    std::optional<socket_file> file;
    std::optional<certificate_watch> watch;
};

/// Reads the certificate, and opens sockets unless one of those `now` in force has the same address; then it is to take
/// that one's place. `before`: the listeners that stand before it in the configuration, since several may ask for any
/// free port of one address. Blocking.
result<ready_listener> make_ready(const listener_settings& settings, std::span<const ready_listener> before,
                                  std::span<const listener_ptr> now, unsigned threads);

} // namespace hookd::http
