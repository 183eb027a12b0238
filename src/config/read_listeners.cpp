#include "config/files.hpp"
#include "config/listen_address.hpp"
#include "config/read_settings.hpp"

#include <map>

namespace hookd::config {

namespace {

/// The files must be fit to read before anyone looks into them.
tls_settings read_tls(table keys, const checks& lent, table& listener) {
    tls_settings tls;
    tls.certificate = keys.required_text("certificate");
    tls.private_key = keys.required_text("private_key");
    bool readable = !tls.certificate.empty() && !tls.private_key.empty();
    const auto look = [&](std::string_view key, const std::string& path, file_kind kind) {
        const std::string wrong = path.empty() ? "" : check_file(path, kind);
        if (!wrong.empty()) {
            keys.fault(key, keys.written(key) + ": " + wrong);
            readable = false;
        }
    };
    look("certificate", tls.certificate, file_kind::open_to_all);
    look("private_key", tls.private_key, file_kind::secret);
    if (readable && lent.tls != nullptr) {
        if (const auto wrong = lent.tls(tls)) {
            listener.fault("tls", *wrong);
        }
    }
    keys.finish();
    return tls;
}

/// What can be used, but is seldom meant.
void doubt(table& keys, const listener_settings& listener, const listen_address& address) {
    const bool remote = address.kind == listen_address::family::ip && !address.local();
    if (remote && !listener.tls) {
        keys.warning("address", "plain HTTP that other machines can reach: what they send can be read and held back "
                                "on the way; set tls, or listen on 127.0.0.1 behind a proxy that has it");
    }
    if (!address.port_is_fixed()) {
        keys.warning("address", "port 0: the kernel chooses another port at each start");
    }
}

listener_settings read_listener(table& keys, const checks& lent, std::map<std::string, std::string>& known) {
    listener_settings listener;
    listener.address = keys.required_text("address");
    if (keys.has("tls")) {
        listener.tls = read_tls(keys.sub("tls"), lent, keys);
    } else {
        keys.optional("tls");
    }
    listener.trusted_proxies = read_blocks(keys, "trusted_proxies");
    if (keys.flag("proxy_protocol", false)) {
        keys.fault("proxy_protocol", "true, but this version does not speak the PROXY protocol; leave it out, and let "
                                     "the proxy set X-Forwarded-For");
    }
    keys.finish();
    if (listener.address.empty()) {
        return listener;
    }
    const auto address = parse_listen_address(listener.address);
    if (!address) {
        keys.fault("address", keys.written("address") + ": " + address.error().message);
        return listener;
    }
    const auto [first, added] = known.try_emplace(address->canonical(), keys.path());
    if (!added && address->port_is_fixed()) {
        keys.fault("address", first->second + " has this address already; want another, or one listener less");
    }
    doubt(keys, listener, *address);
    return listener;
}

} // namespace

std::vector<listener_settings> read_listeners(table& root, const checks& lent) {
    std::vector<listener_settings> listeners;
    std::map<std::string, std::string> known; // canonical address, and whose it is
    for (table& keys : root.tables("listener")) {
        listeners.push_back(read_listener(keys, lent, known));
    }
    if (listeners.empty()) {
        root.fault("listener", "there is none; want at least one [[listener]] with an address");
    }
    return listeners;
}

} // namespace hookd::config
