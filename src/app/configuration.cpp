#include "app/configuration.hpp"

#include <hookd/http/server.hpp>
#include <hookd/signature/key.hpp>
#include <hookd/sinks/catalogue.hpp>

namespace hookd::app {

namespace {

std::optional<std::string> check_secret(std::string_view text) {
    const auto parsed = signature::key::parse(text);
    return parsed ? std::nullopt : std::optional{parsed.error().message};
}

} // namespace

config::loaded load_configuration(const std::string& path) {
    return config::load(path, {.secret = check_secret, .tls = http::check_tls, .sinks = sinks::readers()});
}

} // namespace hookd::app
