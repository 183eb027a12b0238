// SPDX-License-Identifier: MIT
#include "daemon/descriptor_limit.hpp"

#include <hookd/config/listen_address.hpp>
#include <hookd/daemon/configuration.hpp>
#include <hookd/sinks/catalogue.hpp>

#include <algorithm>
#include <iterator>

namespace hookd::daemon {

namespace {

using config::table;

/// Listeners and the admin server must not use the same socket. An invalid address counts as none.
void check_admin_sockets(table& root, const settings& all) {
    const auto taken = [&](std::string_view wanted) {
        const auto address = config::parse_listen_address(wanted);
        return address && address->port_is_fixed() &&
               std::ranges::any_of(all.listeners, [&](const listener_settings& each) {
                   const auto other = config::parse_listen_address(each.address);
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

settings read_settings(table& root) {
    settings all;
    all.log = read_log(root.sub("log"));
    all.server = http::read_server(root.sub("server"));
    all.listeners = http::read_listeners(root);
    all.endpoints = intake::read_endpoints(root);
    all.journal = journal::read_journal(root.sub("journal"));
    root.optional_table("sink");
    all.admin = admin::read_admin(root.sub("admin"));
    all.rejected = intake::read_rejected(root.sub("rejected"));
    all.access_log = read_access_log(root.sub("access_log")); // behind everything else that uses files
    std::vector<std::string> endpoints(all.endpoints.size());
    std::ranges::transform(all.endpoints, endpoints.begin(), &endpoint_settings::name);
    all.sinks = sinks::read_sinks(root, endpoints); // last: a sink must not write into a file that another part uses
    check_admin_sockets(root, all);
    root.finish();
    return all;
}

/// `load` reads the document with what it gets.
template <class Load>
loaded load_settings(const settings* running, bool places, Load load) {
    settings values;
    const config::outcome found =
        load([&](table& root) { values = read_settings(root); },
             config::options{.running = running == nullptr ? nullptr : &running->fixed, .places = places});
    loaded outcome{.values = {}, .errors = found.errors, .warnings = found.warnings, .effective = found.effective};
    if (found.errors.empty()) {
        values.fixed = found.fixed;
        if (auto warning = descriptor_warning(values)) {
            outcome.warnings.push_back(std::move(*warning));
        }
        outcome.values = std::make_shared<const settings>(std::move(values));
    }
    return outcome;
}

/// What `read` returns of the document. Nothing else of it is checked.
template <class Part, class Read>
result<Part> read_part(const std::string& path, Read read) {
    Part part;
    const auto found = config::load(path, [&](table& root) { part = read(root); });
    if (found.errors.empty()) {
        return part;
    }
    error all;
    for (const auto& error : found.errors) {
        all.message += all.message.empty() ? error : '\n' + error;
    }
    return std::unexpected{std::move(all)};
}

} // namespace

loaded load_configuration(const std::string& path, const settings* running, bool places) {
    return load_settings(running, places,
                         [&](const auto& read, const auto& how) { return config::load(path, read, how); });
}

loaded load_configuration_text(std::string_view text, config::syntax in, const std::string& name,
                               const settings* running) {
    return load_settings(running, false, [&](const auto& read, const auto& how) {
        return config::load_text(text, in, name, read, how);
    });
}

result<std::string> read_admin_socket(const std::string& path) {
    return read_part<std::string>(path, [](table& root) { return admin::read_admin_socket(root.sub("admin")); });
}

result<std::vector<std::string>> read_endpoint_paths(const std::string& path) {
    return read_part<std::vector<std::string>>(path, [](table& root) { return intake::read_endpoint_paths(root); });
}

std::vector<config::key_description> declared_keys() {
    const auto read = [](table& root) { read_settings(root); };
    auto all = config::declared_keys("[[listener]]\ntls = {}\n[[endpoint]]\n[[sink]]\n", read);
    for (const auto& type : sinks::catalogue()) {
        const auto text = "[[sink]]\ntype = \"" + std::string{type.name} + "\"\n";
        for (auto& key : config::declared_keys(text, read)) {
            const bool common = std::ranges::any_of(all, [&](const config::key_description& each) {
                return each.table == key.table && each.name == key.name;
            });
            if (!common) {
                key.table += " (" + std::string{type.name} + ')';
                all.push_back(std::move(key));
            }
        }
    }
    // A table's keys together, though some are read behind those of a table inside it.
    std::vector<config::key_description> ordered;
    while (!all.empty()) {
        const auto of_table = [table = all.front().table](const auto& each) { return each.table == table; };
        std::ranges::copy_if(all, std::back_inserter(ordered), of_table);
        std::erase_if(all, of_table);
    }
    return ordered;
}

} // namespace hookd::daemon
