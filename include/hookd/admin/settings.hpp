// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>

#include <string>
#include <vector>

namespace hookd {

struct admin_settings {
    std::string socket = "/run/colivara-hookd/admin.sock";
    std::string address = "127.0.0.1:9464"; ///< Empty: none.
    std::vector<std::string> allowed_hosts; ///< Names allowed in Host at `address`, besides localhost and addresses.

    bool operator==(const admin_settings&) const = default;
};

namespace admin {

admin_settings read_admin(config::table keys);
/// Only `socket`. Nothing else in the file is checked, and no file that it names is read: a user of the admin socket
/// may have no access to the secrets.
std::string read_admin_socket(config::table keys);

} // namespace admin

} // namespace hookd
