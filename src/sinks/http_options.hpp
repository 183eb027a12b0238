// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/core/secret.hpp>
#include <hookd/core/settings.hpp>
#include <hookd/http/url.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hookd::sinks {

enum class http_format : std::uint8_t {
    cloudevents, ///< The event line, in CloudEvents' structured mode.
    original,    ///< The very body and signature headers that came in.
};

struct http_options final : sink_options_of<http_options> {
    http::url where;
    http_format format = http_format::cloudevents;
    std::string content_type = "application/cloudevents+json"; ///< Of the event line; an original has its own.
    /// The statuses that say something about the event, and not about the server: they reject it.
    std::vector<std::uint64_t> reject{400, 413, 415, 422};
    std::vector<std::pair<std::string, secret>>
        headers; ///< Names and values, fit for a request; values may be secrets.
    std::string ca_file;
    std::string authorities; ///< What `ca_file` holds: when it has changed, the sink is another.
    milliseconds connect_timeout{10'000};

    bool operator==(const http_options&) const = default;
};

std::shared_ptr<const sink_options> read_http_options(config::table& keys);

} // namespace hookd::sinks
