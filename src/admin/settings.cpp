// SPDX-License-Identifier: MIT
#include <hookd/admin/settings.hpp>
#include <hookd/config/listen_address.hpp>
#include <hookd/config/shared_keys.hpp>
#include <hookd/core/address.hpp>

namespace hookd::admin {

namespace {

using config::table;
using enum config::applies;

std::string read_socket(table& keys) {
    return keys.text({"socket", on_restart, "the socket of the commands; its file mode decides who has full control"},
                     admin_settings{}.socket);
}

std::vector<std::string> read_hosts(table& keys) {
    constexpr std::string_view key = "allowed_hosts";
    auto hosts = keys.texts({key, on_reload, "further host names in requests to the address"}, {});
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        if (!is_host_name(hosts[i])) {
            keys.error(key, i,
                       "invalid host name " + keys.written(key, i) +
                           ": expected a name without scheme and port, such as \"hookd.example.org\"");
        }
    }
    return hosts;
}

} // namespace

admin_settings read_admin(table keys) {
    admin_settings admin;
    admin.socket = read_socket(keys);
    keys.uses_file("socket", admin.socket);
    if (const auto wrong = config::check_socket_path(admin.socket); !wrong.empty()) {
        keys.error("socket", "invalid socket path " + keys.written("socket") + ": " + wrong);
    } else {
        config::check_place(keys, "socket", admin.socket);
    }
    admin.address = keys.text(
        {"address", on_restart, "the read-only address for /healthz, /readyz and /metrics; \"\": none"}, admin.address);
    if (!admin.address.empty()) {
        const auto address = config::parse_listen_address(admin.address);
        if (!address) {
            keys.error("address", "invalid address " + keys.written("address") + ": " + address.error().message);
        } else if (address->kind != config::listen_address::family::ip) {
            keys.error("address",
                       "invalid address " + keys.written("address") +
                           ": expected a numeric address and a port, such as \"127.0.0.1:9464\", or \"\" for none");
        }
    }
    admin.allowed_hosts = read_hosts(keys);
    keys.finish();
    return admin;
}

std::string read_admin_socket(table keys) {
    return read_socket(keys);
}

} // namespace hookd::admin
