// SPDX-License-Identifier: MIT
#include "config/read_settings.hpp"

#include <algorithm>

namespace hookd::config {

namespace {

using namespace std::chrono_literals;

/// The request policy lets only such paths through, and the query does not belong to an endpoint's path.
std::string read_path(table& keys) {
    std::string path = keys.required_text("path");
    const bool printable = std::ranges::all_of(path, [](char c) { return c > ' ' && c < '\x7F'; });
    if (path.empty()) {
        return path;
    }
    if (!path.starts_with('/')) {
        keys.error("path", "invalid path " + keys.written("path") +
                               ": expected a path that begins with \"/\", for example \"/webhooks/colivara\"");
    } else if (!printable || path.find_first_of("?#") != std::string::npos || path.size() > 1024) {
        keys.error("path", "invalid path " + keys.written("path") +
                               ": expected at most 1024 printable ASCII characters without \"?\" and \"#\"");
    } else {
        return path;
    }
    return {};
}

std::chrono::seconds read_tolerance(table& keys, std::chrono::seconds fallback) {
    const auto tolerance = keys.duration("tolerance", fallback, 1s, 1h);
    if (tolerance % 1s != 0ms) {
        keys.error("tolerance", "expected a whole number of seconds, like the time in a signature");
    }
    return std::chrono::floor<std::chrono::seconds>(tolerance);
}

std::vector<secret> read_secrets(table& keys, const checks& lent) {
    if (!keys.has("secrets")) {
        keys.optional("secrets");
        keys.error("secrets",
                   "is missing: expected at least one, such as [{ file = \"/etc/colivara-hookd/webhook-secret\" }]");
        return {};
    }
    return keys.secrets("secrets", lent.secret, lent.secret_doubt);
}

} // namespace

std::vector<endpoint_settings> read_endpoints(table& root, const checks& lent) {
    std::vector<endpoint_settings> endpoints;
    owners names;
    owners paths;
    for (table& keys : root.tables("endpoint")) {
        endpoint_settings endpoint;
        endpoint.name = read_name(keys);
        demand_unique(keys, "name", endpoint.name, names);
        endpoint.path = read_path(keys);
        demand_unique(keys, "path", endpoint.path, paths);
        endpoint.secrets = read_secrets(keys, lent);
        endpoint.tolerance = read_tolerance(keys, endpoint.tolerance);
        endpoint.allow_from = read_blocks(keys, "allow_from");
        keys.finish();
        endpoints.push_back(std::move(endpoint));
    }
    if (endpoints.empty()) {
        root.error("endpoint", "is missing: expected at least one [[endpoint]] with name, path and secrets");
    }
    return endpoints;
}

} // namespace hookd::config
