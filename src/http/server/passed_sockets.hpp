// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace hookd::http {

/// A socket that the service manager passed to this process. It stays open: a later reload may use it.
struct passed_socket {
    int descriptor = -1;
    std::string name; ///< Its FileDescriptorName; several may have the same.
};

/// All of them in their order, by the environment variables of sd_listen_fds_with_names(3).
std::vector<passed_socket> passed_sockets();

} // namespace hookd::http
