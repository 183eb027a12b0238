// SPDX-License-Identifier: MIT
#include "config/files.hpp"
#include "config/listen_address.hpp"
#include "config/read_settings.hpp"

#include <array>

namespace hookd::config {

namespace {

/// Checks that the files can be read before their content is checked.
tls_settings read_tls(table keys, const checks& lent, table& listener) {
    tls_settings tls;
    tls.certificate = keys.required_text("certificate");
    tls.private_key = keys.required_text("private_key");
    keys.uses_file("certificate", tls.certificate);
    keys.uses_file("private_key", tls.private_key);
    bool readable = !tls.certificate.empty() && !tls.private_key.empty();
    const auto look = [&](std::string_view key, const std::string& path, file_kind kind) {
        std::string wrong = path.empty() ? "" : check_file(path, kind);
        const auto content = wrong.empty() || kind != file_kind::secret ? std::string_view{} : public_content(path);
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
    look("certificate", tls.certificate, file_kind::open_to_all);
    look("private_key", tls.private_key, file_kind::secret);
    if (readable && lent.tls != nullptr) {
        std::vector<std::string> doubts;
        if (const auto wrong = lent.tls(tls, doubts)) {
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
void doubt(table& keys, const listener_settings& listener, const listen_address& address) {
    const bool remote = address.kind == listen_address::family::ip && !address.local();
    if (remote && !listener.tls) {
        keys.warning("address", "plain HTTP, reachable from other machines: requests can be read and suppressed on the "
                                "way; set tls, or listen on 127.0.0.1 behind a proxy with TLS");
    }
    if (listener.trust_unix && address.kind == listen_address::family::ip) {
        keys.warning("trusted_proxies", "\"unix:\" has no effect: this listener is not a Unix socket");
    }
    if (address.kind == listen_address::family::unix_socket && !listener.trusted_proxies.empty() &&
        !listener.trust_unix && !listener.proxy_protocol) { // with it, that is an error
        keys.warning("trusted_proxies", "has no effect: the peers of a Unix socket have no address; use \"unix:\"");
    }
    if (!address.port_is_fixed()) {
        keys.warning("address", "port 0: the kernel chooses a new port at each start");
    }
}

/// Address blocks, and "unix:" for all peers of a Unix socket. False after an error.
bool read_trusted(table& keys, listener_settings& listener) {
    const auto texts = keys.texts("trusted_proxies", {});
    bool good = true;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i] == "unix:") {
            listener.trust_unix = true;
        } else if (const auto block = read_block(keys, "trusted_proxies", i, texts[i], ", or \"unix:\"")) {
            listener.trusted_proxies.push_back(*block);
        } else {
            good = false;
        }
    }
    return good;
}

/// PROXY headers are accepted only from trusted proxies: without them every connection would be closed.
void demand_trusted(table& keys, const listener_settings& listener, listen_address::family kind) {
    const bool by_address = kind != listen_address::family::unix_socket;
    const bool by_path = kind != listen_address::family::ip;
    if ((by_address && !listener.trusted_proxies.empty()) || (by_path && listener.trust_unix)) {
        return;
    }
    keys.error("proxy_protocol",
               std::string{"PROXY headers are accepted only from trusted_proxies, which lists no possible "
                           "peer of this listener; add the proxy, for example trusted_proxies = "} +
                   (by_address ? "[\"127.0.0.1/32\"]" : "[\"unix:\"]"));
}

listener_settings read_listener(table& keys, const checks& lent, owners& known) {
    listener_settings listener;
    listener.address = keys.required_text("address");
    if (keys.has("tls")) {
        listener.tls = read_tls(keys.sub("tls"), lent, keys);
    } else {
        keys.optional("tls");
    }
    const bool trust_faulty = !read_trusted(keys, listener);
    static constexpr std::array<std::string_view, 3> forwarded{"any", "forwarded", "x-forwarded-for"};
    listener.forwarded = static_cast<forwarded_header>(
        keys.choice("forwarded_header", forwarded, static_cast<std::size_t>(listener.forwarded)));
    listener.proxy_protocol = keys.flag("proxy_protocol", false);
    keys.finish();
    if (listener.address.empty()) {
        return listener;
    }
    const auto address = parse_listen_address(listener.address);
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
    if (address->kind == listen_address::family::unix_socket) {
        keys.uses_file("address", address->name);
        if (lent.places) {
            check_place(keys, "address", address->name);
        }
    }
    doubt(keys, listener, *address);
    return listener;
}

} // namespace

std::vector<listener_settings> read_listeners(table& root, const checks& lent) {
    std::vector<listener_settings> listeners;
    owners known; // of canonical addresses
    for (table& keys : root.tables("listener")) {
        listeners.push_back(read_listener(keys, lent, known));
    }
    if (listeners.empty()) {
        root.error("listener", "is missing: expected at least one [[listener]] with an address");
    }
    return listeners;
}

} // namespace hookd::config
