// SPDX-License-Identifier: MIT
#include "daemon/descriptor_limit.hpp"

#include <hookd/daemon/configuration.hpp>
#include <hookd/http/server/server.hpp>
#include <hookd/signature/key.hpp>
#include <hookd/sinks/catalogue.hpp>

namespace hookd::daemon {

namespace {

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

} // namespace

config::loaded load_configuration(const std::string& path, const settings* running, bool places) {
    auto loaded = config::load(path, {.secret = check_secret,
                                      .secret_doubt = doubt_secret,
                                      .tls = http::check_tls,
                                      .sinks = sinks::readers(),
                                      .running = running,
                                      .places = places});
    if (loaded.values) {
        if (auto warning = descriptor_warning(*loaded.values)) {
            loaded.warnings.push_back(std::move(*warning));
        }
    }
    return loaded;
}

} // namespace hookd::daemon
