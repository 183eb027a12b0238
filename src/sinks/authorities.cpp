// SPDX-License-Identifier: MIT
#include "sinks/authorities.hpp"

#include "sinks/paths.hpp"

#include <hookd/http/client/client.hpp>

#include <fstream>
#include <iterator>

namespace hookd::sinks {

authorities read_authorities(config::table& keys, std::string_view help, std::string_view useless) {
    authorities read;
    const auto path = keys.text({"ca_file", config::applies::on_reload, help}, "");
    if (path.empty() || !check_absolute(keys, "ca_file", path)) {
        return read;
    }
    keys.uses_file("ca_file", path);
    if (!useless.empty()) {
        keys.warning("ca_file", useless);
        return read;
    }
    if (const auto trusted = http::check_trust({.ca_file = path}); !trusted) {
        keys.error("ca_file",
                   trusted.error().detail + "; use a PEM file of certificates that the daemon's user can read");
        return read;
    }
    std::ifstream file{path, std::ios::binary};
    read.file = path;
    read.content.assign(std::istreambuf_iterator<char>{file}, {});
    return read;
}

} // namespace hookd::sinks
