// SPDX-License-Identifier: MIT
#include "http/server/tls_context.hpp"

#include <hookd/config/listen_address.hpp>
#include <hookd/config/named_file.hpp>
#include <hookd/config/shared_keys.hpp>
#include <hookd/core/event.hpp>
#include <hookd/http/server/settings.hpp>

#include <array>

namespace hookd::http {

namespace {

using namespace std::chrono_literals;
using config::table;
using enum config::applies;

/// Checks that the files can be read before their content is checked.
tls_settings read_tls(table keys, table& listener) {
    tls_settings tls;
    tls.certificate = keys.required_text({"certificate", on_reload, "a PEM file with the certificate and its chain"});
    tls.private_key =
        keys.required_text({"private_key", on_reload, "the PEM file of its key, which others cannot read"});
    keys.uses_file("certificate", tls.certificate);
    keys.uses_file("private_key", tls.private_key);
    bool readable = !tls.certificate.empty() && !tls.private_key.empty();
    const auto look = [&](std::string_view key, const std::string& path, config::file_kind kind) {
        std::string wrong = path.empty() ? "" : config::check_file(path, kind);
        const auto content =
            wrong.empty() || kind != config::file_kind::secret ? std::string_view{} : config::public_content(path);
        if (!content.empty()) { // then its permissions do not matter
            wrong =
                "holds " + std::string{content} + ", not a private key" +
                (content == "a certificate" ? ": are certificate and private_key swapped?" : "; use the private key");
        }
        if (!wrong.empty()) {
            keys.error(key, keys.written(key) + ": " + wrong);
            readable = false;
        }
    };
    look("certificate", tls.certificate, config::file_kind::open_to_all);
    look("private_key", tls.private_key, config::file_kind::secret);
    if (readable) {
        std::vector<std::string> doubts;
        if (const auto wrong = check_tls(tls, doubts)) {
            listener.error("tls", *wrong);
        }
        for (const auto& doubtful : doubts) {
            listener.warning("tls", doubtful);
        }
    }
    keys.finish();
    return tls;
}

/// Warns about what is valid, but rarely intended.
void doubt(table& keys, const listener_settings& listener, const config::listen_address& address) {
    const bool remote = address.kind == config::listen_address::family::ip && !address.local();
    if (remote && !listener.tls) {
        keys.warning("address", "plain HTTP, reachable from other machines: requests can be read and suppressed on the "
                                "way; set tls, or listen on 127.0.0.1 behind a proxy with TLS");
    }
    if (listener.trust_unix && address.kind == config::listen_address::family::ip) {
        keys.warning("trusted_proxies", "\"unix:\" has no effect: this listener is not a Unix socket");
    }
    if (address.kind == config::listen_address::family::unix_socket && !listener.trusted_proxies.empty() &&
        !listener.trust_unix && !listener.proxy_protocol) { // with it, that is an error
        keys.warning("trusted_proxies", "has no effect: the peers of a Unix socket have no address; use \"unix:\"");
    }
    if (!address.port_is_fixed()) {
        keys.warning("address", "port 0: the kernel chooses a new port at each start");
    }
}

/// Address blocks, and "unix:" for all peers of a Unix socket. False after an error.
bool read_trusted(table& keys, listener_settings& listener) {
    const auto texts = keys.texts({"trusted_proxies", on_reload,
                                   "address blocks of proxies whose Forwarded or X-Forwarded-For counts, or \"unix:\""},
                                  {});
    bool good = true;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i] == "unix:") {
            listener.trust_unix = true;
        } else if (const auto block = config::read_block(keys, "trusted_proxies", i, texts[i], ", or \"unix:\"")) {
            listener.trusted_proxies.push_back(*block);
        } else {
            good = false;
        }
    }
    return good;
}

/// PROXY headers are accepted only from trusted proxies: without them every connection would be closed.
void demand_trusted(table& keys, const listener_settings& listener, config::listen_address::family kind) {
    const bool by_address = kind != config::listen_address::family::unix_socket;
    const bool by_path = kind != config::listen_address::family::ip;
    if ((by_address && !listener.trusted_proxies.empty()) || (by_path && listener.trust_unix)) {
        return;
    }
    keys.error("proxy_protocol",
               std::string{"PROXY headers are accepted only from trusted_proxies, which lists no possible "
                           "peer of this listener; add the proxy, for example trusted_proxies = "} +
                   (by_address ? "[\"127.0.0.1/32\"]" : "[\"unix:\"]"));
}

listener_settings read_listener(table& keys, config::owners& known) {
    listener_settings listener;
    listener.address = keys.required_text({"address", on_reload, "ADDRESS:PORT, unix:/path or systemd:NAME"});
    if (keys.has("tls")) {
        listener.tls = read_tls(keys.sub("tls"), keys);
    } else {
        keys.optional_table("tls");
    }
    const bool trust_faulty = !read_trusted(keys, listener);
    static constexpr std::array<std::string_view, 3> forwarded{"any", "forwarded", "x-forwarded-for"};
    listener.forwarded =
        static_cast<forwarded_header>(keys.choice({"forwarded_header", on_reload, "the field that names the client"},
                                                  forwarded, static_cast<std::size_t>(listener.forwarded)));
    listener.proxy_protocol =
        keys.flag({"proxy_protocol", on_reload, "each connection begins with a PROXY header"}, false);
    keys.finish();
    if (listener.address.empty()) {
        return listener;
    }
    const auto address = config::parse_listen_address(listener.address);
    if (!address) {
        keys.error("address", "invalid address " + keys.written("address") + ": " + address.error().message);
        return listener;
    }
    const auto [first, added] = known.try_emplace(address->canonical(), keys.path());
    if (!added && address->port_is_fixed()) {
        keys.error("address",
                   "address already used by " + first->second + "; use another one or remove one of the listeners");
    }
    if (listener.proxy_protocol && !trust_faulty) {
        demand_trusted(keys, listener, address->kind);
    }
    if (address->kind == config::listen_address::family::unix_socket) {
        keys.uses_file("address", address->name);
        config::check_place(keys, "address", address->name);
    }
    doubt(keys, listener, *address);
    return listener;
}

} // namespace

server_settings read_server(table keys) {
    constexpr std::uint64_t most_connections = 1'000'000;
    server_settings server;
    server.threads = static_cast<unsigned>(keys.count(
        {"threads", on_restart, "threads that serve connections; 0: one per core"}, server.threads, 0, 1024));
    server.max_connections = static_cast<unsigned>(keys.count(
        {"max_connections", on_reload, "open connections at most"}, server.max_connections, 1, most_connections));
    server.max_connections_per_address = static_cast<unsigned>(
        keys.count({"max_connections_per_address", on_reload,
                    "open connections from one address at most; trusted proxies and Unix sockets do not count"},
                   server.max_connections_per_address, 1, most_connections));
    server.max_body = keys.size({"max_body", on_reload, "the largest body of a request; a larger one gets 413"},
                                server.max_body, byte_size{1U << 10U}, largest_max_body);
    server.max_header = keys.size({"max_header", on_reload, "the largest header of a request; a larger one gets 431"},
                                  server.max_header, byte_size{1U << 10U}, byte_size{1U << 20U});
    server.tls_timeout =
        keys.duration({"tls_timeout", on_reload, "from the start of a connection to the end of the TLS handshake"},
                      server.tls_timeout, 10ms, 1h);
    server.header_timeout =
        keys.duration({"header_timeout", on_reload, "from the first byte of a request to the end of its header"},
                      server.header_timeout, 10ms, 1h);
    server.body_timeout =
        keys.duration({"body_timeout", on_reload, "from the end of the header to the end of the body"},
                      server.body_timeout, 10ms, 1h);
    server.idle_timeout = keys.duration({"idle_timeout", on_reload, "between two requests on a connection"},
                                        server.idle_timeout, 10ms, 24h);
    server.drain_timeout =
        keys.duration({"drain_timeout", on_reload, "how long a stop may take"}, server.drain_timeout, 10ms, 1h);
    keys.finish();
    return server;
}

std::vector<listener_settings> read_listeners(table& root) {
    std::vector<listener_settings> listeners;
    config::owners known; // of canonical addresses
    for (table& keys : root.tables("listener")) {
        listeners.push_back(read_listener(keys, known));
    }
    if (listeners.empty()) {
        root.error("listener", "is missing: expected at least one [[listener]] with an address");
    }
    return listeners;
}

} // namespace hookd::http
