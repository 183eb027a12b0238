// SPDX-License-Identifier: MIT
#include "config/read_settings.hpp"

#include "config/file_identity.hpp"
#include "config/listen_address.hpp"
#include "config/wording.hpp"

#include <hookd/core/file_system.hpp>
#include <hookd/core/journal_files.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace hookd::config {

namespace {

using namespace std::chrono_literals;

log_settings read_log(table keys) {
    static constexpr std::array<std::string_view, 5> levels{"trace", "debug", "info", "warning", "error"};
    static constexpr std::array<std::string_view, 2> formats{"text", "json"};
    log_settings log;
    log.level = static_cast<log_level>(keys.choice("level", levels, static_cast<std::size_t>(log.level)));
    log.format = static_cast<log_format>(keys.choice("format", formats, static_cast<std::size_t>(log.format)));
    keys.finish();
    return log;
}

server_settings read_server(table keys) {
    constexpr std::uint64_t most_connections = 1'000'000;
    server_settings server;
    server.threads = static_cast<unsigned>(keys.count("threads", server.threads, 0, 1024));
    server.max_connections =
        static_cast<unsigned>(keys.count("max_connections", server.max_connections, 1, most_connections));
    server.max_connections_per_address = static_cast<unsigned>(
        keys.count("max_connections_per_address", server.max_connections_per_address, 1, most_connections));
    server.max_body = keys.size("max_body", server.max_body, byte_size{1U << 10U}, largest_max_body);
    server.max_header = keys.size("max_header", server.max_header, byte_size{1U << 10U}, byte_size{1U << 20U});
    server.tls_timeout = keys.duration("tls_timeout", server.tls_timeout, 10ms, 1h);
    server.header_timeout = keys.duration("header_timeout", server.header_timeout, 10ms, 1h);
    server.body_timeout = keys.duration("body_timeout", server.body_timeout, 10ms, 1h);
    server.idle_timeout = keys.duration("idle_timeout", server.idle_timeout, 10ms, 24h);
    server.drain_timeout = keys.duration("drain_timeout", server.drain_timeout, 10ms, 1h);
    keys.finish();
    return server;
}

journal_settings read_journal(table keys, const checks& lent) {
    journal_settings journal;
    journal.path = keys.text("path", journal.path);
    const auto place = resolved(journal.path);
    for (const auto& name : journal_files(place)) {
        keys.uses_file("path", name);
    }
    if (journal.path.empty()) {
        keys.error("path", "must not be empty: expected the path of a file in its own directory");
    } else if (lent.places) {
        check_place(keys, "path", journal.path);
        if (const auto usable = check_journal_files(place); !usable) {
            keys.error("path", usable.error().message);
        }
        if (const auto weakness = weakness_of_file_system(journal.path); !weakness.empty()) {
            keys.warning("path", quoted(std::string_view{journal.path}) + " is on " + weakness + "; use a local disk");
        }
    }
    // The sender may retry for 72 hours; if an id was forgotten earlier, a retry would become a new event.
    journal.retention = keys.duration("retention", journal.retention, 72h, 24h * 3650);
    journal.max_size =
        keys.size("max_size", journal.max_size, byte_size{1U << 20U}, byte_size{std::uint64_t{16} << 40U});
    keys.finish();
    return journal;
}

std::vector<std::string> read_hosts(table& keys, std::string_view key) {
    auto hosts = keys.texts(key, {});
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        if (!is_host_name(hosts[i])) {
            keys.error(key, i,
                       "invalid host name " + keys.written(key, i) +
                           ": expected a name without scheme and port, such as \"hookd.example.org\"");
        }
    }
    return hosts;
}

admin_settings read_admin(table keys, const checks& lent) {
    admin_settings admin;
    admin.socket = keys.text("socket", admin.socket);
    keys.uses_file("socket", admin.socket);
    if (const auto wrong = check_socket_path(admin.socket); !wrong.empty()) {
        keys.error("socket", "invalid socket path " + keys.written("socket") + ": " + wrong);
    } else if (lent.places) {
        check_place(keys, "socket", admin.socket);
    }
    admin.address = keys.text("address", admin.address);
    if (!admin.address.empty()) {
        const auto address = parse_listen_address(admin.address);
        if (!address) {
            keys.error("address", "invalid address " + keys.written("address") + ": " + address.error().message);
        } else if (address->kind != listen_address::family::ip) {
            keys.error("address",
                       "invalid address " + keys.written("address") +
                           ": expected a numeric address and a port, such as \"127.0.0.1:9464\", or \"\" for none");
        }
    }
    admin.allowed_hosts = read_hosts(keys, "allowed_hosts");
    keys.finish();
    return admin;
}

/// Listeners and the admin server must not use the same socket. An invalid address counts as none.
void check_admin_sockets(table& root, const settings& all) {
    const auto taken = [&](std::string_view wanted) {
        const auto address = parse_listen_address(wanted);
        return address && address->port_is_fixed() &&
               std::ranges::any_of(all.listeners, [&](const listener_settings& each) {
                   const auto other = parse_listen_address(each.address);
                   return other && other->canonical() == address->canonical();
               });
    };
    table admin = root.sub("admin");
    if (taken("unix:" + all.admin.socket)) {
        admin.error("socket", "socket already used by a listener; use another path");
    }
    if (taken(all.admin.address)) {
        admin.error("address", "address already used by a listener; use another port");
    }
}

/// What a running daemon cannot change. A reload that asks for it is refused: half of a configuration would be worse.
void check_fixed(table& root, const settings& running, const settings& all) {
    const auto fixed = [](table keys, std::string_view key, bool same) {
        if (!same && !keys.faulty()) {
            keys.error(key, "cannot be changed by a reload; restart the daemon or restore the old value");
        }
    };
    fixed(root.sub("server"), "threads", running.server.threads == all.server.threads);
    fixed(root.sub("journal"), "path", running.journal.path == all.journal.path);
    fixed(root.sub("admin"), "socket", running.admin.socket == all.admin.socket);
    fixed(root.sub("admin"), "address", running.admin.address == all.admin.address);
}

} // namespace

void check_place(table& keys, std::string_view key, const std::string& path) {
    std::error_code ec;
    const auto shown = quoted(std::string_view{path}); // a default is not in the file
    if (std::filesystem::is_directory(path, ec)) {
        keys.error(key, shown + " is a directory: expected the path of a file");
        return;
    }
    if (const auto wrong = name_error(path, file_type::file); !wrong.empty()) {
        keys.error(key, shown + ' ' + wrong);
        return;
    }
    auto directory = std::filesystem::path{path}.parent_path();
    if (directory.empty()) {
        directory = ".";
    }
    if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) == 0) {
        return;
    }
    const auto named = "the directory of " + shown;
    if (errno == ENOENT) {
        keys.warning(key, named + " does not exist; create it, unless the service manager creates it at start");
    } else {
        keys.error(key, named + ": " + std::generic_category().message(errno) +
                            "; use one in which the daemon's user can create files");
    }
}

void demand_unique(table& keys, std::string_view key, const std::string& value, owners& known) {
    if (value.empty()) {
        return;
    }
    const auto [first, added] = known.try_emplace(value, keys.path());
    if (!added) {
        keys.error(key, keys.written(key) + " is already used by " + first->second + "; use another one");
    }
}

std::string read_name(table& keys) {
    std::string name = keys.required_text("name");
    const bool fits = name.size() <= 64 && std::ranges::all_of(name, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                 c == '.' || c == '_' || c == '-';
                      });
    if (!fits) {
        keys.error("name", "invalid name " + keys.written("name") +
                               ": expected 1 to 64 letters, digits, \".\", \"_\" or \"-\"");
        return {};
    }
    return name;
}

std::optional<cidr> read_block(table& keys, std::string_view key, std::size_t index, std::string_view text,
                               std::string_view others) {
    auto block = cidr::parse(text);
    if (!block) {
        keys.error(key, index,
                   "invalid address block " + keys.written(key, index) +
                       ": expected for example \"10.0.0.0/8\" or "
                       "\"2001:db8::/32\", with no bits set after the prefix" +
                       std::string{others});
    }
    return block;
}

std::vector<cidr> read_blocks(table& keys, std::string_view key) {
    const auto texts = keys.texts(key, {});
    std::vector<cidr> blocks;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (const auto block = read_block(keys, key, i, texts[i])) {
            blocks.push_back(*block);
        }
    }
    return blocks;
}

settings read_settings(table root, const checks& lent) {
    settings all;
    all.log = read_log(root.sub("log"));
    all.server = read_server(root.sub("server"));
    all.listeners = read_listeners(root, lent);
    all.endpoints = read_endpoints(root, lent);
    all.journal = read_journal(root.sub("journal"), lent);
    root.optional("sink"); // messages list the keys in the order in which they are read
    all.admin = read_admin(root.sub("admin"), lent);
    all.sinks = read_sinks(root, lent, all); // last: a sink must not write into a file that another part uses
    check_admin_sockets(root, all);
    if (lent.running != nullptr) {
        check_fixed(root, *lent.running, all);
    }
    root.finish();
    return all;
}

} // namespace hookd::config
