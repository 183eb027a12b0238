// SPDX-License-Identifier: MIT
#include <hookd/config/shared_keys.hpp>
#include <hookd/intake/settings.hpp>
#include <hookd/signature/key.hpp>

#include <algorithm>

namespace hookd::intake {

namespace {

using namespace std::chrono_literals;
using config::table;
using enum config::applies;

/// The request policy lets only such paths through, and the query does not belong to an endpoint's path.
std::string read_path(table& keys) {
    std::string path = keys.required_text({"path", on_reload, "the path of the URL that is registered"});
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
    const auto tolerance = keys.duration(
        {"tolerance", on_reload, "the largest difference between the time in a signature and this machine's clock"},
        fallback, 1s, 1h);
    if (tolerance % 1s != 0ms) {
        keys.error("tolerance", "expected a whole number of seconds, like the time in a signature");
    }
    return std::chrono::floor<std::chrono::seconds>(tolerance);
}

std::optional<std::string> check_secret(std::string_view text) {
    const auto parsed = signature::key::parse(text);
    return parsed ? std::nullopt : std::optional{parsed.error().message};
}

std::optional<std::string> doubt_secret(std::string_view text) {
    const auto parsed = signature::key::parse(text);
    if (parsed && parsed->looks_encoded_twice()) {
        return "the secret looks base64-encoded twice, so that no signature matches: decode it once, to what the "
               "sender shows";
    }
    return parsed && !parsed->doubt().empty() ? std::optional{std::string{parsed->doubt()}} : std::nullopt;
}

std::vector<secret> read_secrets(table& keys) {
    const config::key declared{"secrets", on_reload, "the secrets that a message may be signed with"};
    if (!keys.has("secrets")) {
        keys.missing(declared, "array of secrets",
                     "is missing: expected at least one, such as [{ file = \"/etc/colivara-hookd/webhook-secret\" }]");
        return {};
    }
    return keys.secrets(declared, check_secret, doubt_secret);
}

} // namespace

std::vector<endpoint_settings> read_endpoints(table& root) {
    std::vector<endpoint_settings> endpoints;
    config::owners names;
    config::owners paths;
    for (table& keys : root.tables("endpoint")) {
        endpoint_settings endpoint;
        endpoint.name = config::read_name(keys, "the source of the endpoint's events");
        config::demand_unique(keys, "name", endpoint.name, names);
        endpoint.path = read_path(keys);
        config::demand_unique(keys, "path", endpoint.path, paths);
        endpoint.secrets = read_secrets(keys);
        endpoint.tolerance = read_tolerance(keys, endpoint.tolerance);
        endpoint.allow_from =
            config::read_blocks(keys, {"allow_from", on_reload, "address blocks that may send; empty: all"});
        keys.finish();
        endpoints.push_back(std::move(endpoint));
    }
    if (endpoints.empty()) {
        root.error("endpoint", "is missing: expected at least one [[endpoint]] with name, path and secrets");
    }
    return endpoints;
}

std::vector<std::string> read_endpoint_paths(table& root) {
    std::vector<std::string> paths;
    for (table& keys : root.tables("endpoint")) {
        paths.push_back(read_path(keys));
    }
    return paths;
}

rejected_settings read_rejected(table keys) {
    constexpr std::uint64_t most = 1024;
    rejected_settings rejected;
    rejected.keep =
        keys.count({"keep", on_reload, "how many rejected requests are kept in memory, for `rejected list`; 0: none"},
                   rejected.keep, 0, most);
    rejected.keep_bodies = keys.flag(
        {"keep_bodies", on_reload, "whether their bodies are kept, which `verify` needs to explain a signature"},
        rejected.keep_bodies);
    keys.finish();
    return rejected;
}

} // namespace hookd::intake
