// SPDX-License-Identifier: MIT
#include "sinks/http/http_options.hpp"

#include <hookd/core/http_message.hpp>

#include <algorithm>
#include <array>

namespace hookd::sinks {
namespace {

using namespace std::chrono_literals;
using enum config::applies;
using namespace std::string_view_literals;

/// Set by the sink or by HTTP; not allowed in the configuration.
constexpr std::array own_fields{"Host"sv,   "Content-Length"sv, "Content-Type"sv,    "Transfer-Encoding"sv,
                                "TE"sv,     "Connection"sv,     "Keep-Alive"sv,      "Upgrade"sv,
                                "Expect"sv, "Trailer"sv,        "Idempotency-Key"sv, "Content-Encoding"sv};
constexpr std::array signature_families{"svix-"sv, "webhook-"sv};

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               "!#$%&'*+-.^_`|~"sv.contains(c);
    });
}

bool is_own(std::string_view name) {
    return std::ranges::any_of(own_fields, [&](auto each) { return same_field_name(each, name); }) ||
           std::ranges::any_of(signature_families,
                               [&](auto each) { return same_field_name(each, name.substr(0, each.size())); });
}

/// Printable ASCII: a line end would begin another field or another request.
std::optional<std::string> check_value(std::string_view text) {
    constexpr std::size_t longest = 4096;
    if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.size() > longest ||
        !std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) {
        return "invalid header value: expected at most 4096 printable ASCII characters, with no space at either end";
    }
    return std::nullopt;
}

std::vector<std::pair<std::string, secret>> read_headers(config::table& keys) {
    auto headers =
        keys.named_secrets({"headers", on_reload, "additional header fields; their values are secrets"}, check_value);
    for (std::size_t i = 0; i < headers.size(); ++i) {
        const auto& name = headers[i].first;
        auto inside = keys.sub("headers");
        if (!is_token(name)) {
            inside.error(name, "invalid header name: expected letters, digits and hyphens, for example \"X-Api-Key\"");
        } else if (is_own(name)) {
            inside.error(name, "is set by the sink itself; remove it");
        } else if (std::any_of(headers.begin(), headers.begin() + static_cast<std::ptrdiff_t>(i),
                               [&](const auto& each) { return same_field_name(each.first, name); })) {
            inside.error(name, "duplicate header; names are case-insensitive");
        }
    }
    return headers;
}

/// RFC 9110 section 8.3.1: a type, a subtype, and parameters.
bool is_media_type(std::string_view text) {
    const auto parameters = std::min(text.find(';'), text.size());
    auto essence = text.substr(0, parameters);
    essence = essence.substr(0, essence.find_last_not_of(' ') + 1);
    const auto slash = std::min(essence.find('/'), essence.size());
    return is_token(essence.substr(0, slash)) && is_token(essence.substr(std::min(slash + 1, essence.size()))) &&
           !check_value(text);
}

void read_content_type(config::table& keys, http_options& options) {
    const config::key declared{"content_type", on_reload, "the Content-Type of a CloudEvents request"};
    if (!keys.has("content_type")) {
        keys.optional(declared, "string", "\"application/cloudevents+json\"");
        return;
    }
    options.content_type = keys.text(declared, options.content_type);
    if (!is_media_type(options.content_type)) {
        keys.error("content_type", "invalid media type " + keys.written("content_type") +
                                       ": expected for example "
                                       "\"application/json\"");
    } else if (options.format == http_format::original) {
        keys.error("content_type",
                   "cannot be used together with format = \"original\", which keeps the received content "
                   "type; remove one of the two");
    }
}

} // namespace

sink_options_ptr read_http_options(config::table& keys) {
    static constexpr std::array formats{"cloudevents"sv, "original"sv};
    auto options = std::make_shared<http_options>();
    if (const auto text = keys.required_text({"url", on_reload, "where each event is sent: http:// or https://"});
        !text.empty()) {
        if (auto where = http::parse_url(text)) {
            options->where = std::move(*where);
        } else {
            keys.error("url", where.error().message);
        }
    }
    options->format = static_cast<http_format>(keys.choice(
        {"format", on_reload, "the event as other sinks get it, or the body and signature as received"}, formats, 0));
    read_content_type(keys, *options);
    options->reject =
        keys.counts({"reject", on_reload, "statuses that reject the event permanently"}, options->reject, 300, 599);
    options->headers = read_headers(keys);
    const bool tls = options->where.tls || options->where.host.empty(); // empty after an error
    options->ca = read_authorities(keys, "https: a PEM file of the certificates to trust; \"\": the system's",
                                   tls ? "" : "has no effect: url does not begin with https://");
    options->connect_timeout =
        keys.duration({"connect_timeout", on_reload, "the time to connect, including the TLS handshake"},
                      options->connect_timeout, 10ms, 10min);
    return options;
}

} // namespace hookd::sinks
