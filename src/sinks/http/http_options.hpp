// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/authorities.hpp"

#include <hookd/config/table.hpp>
#include <hookd/core/secret.hpp>
#include <hookd/http/client/url.hpp>
#include <hookd/sinks/settings.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hookd::sinks {

enum class http_format : std::uint8_t {
    cloudevents, ///< The event line, in the structured mode of CloudEvents.
    original,    ///< Exactly the received body and signature headers.
};

struct http_options final : sink_options_of<http_options> {
    http::url where;
    http_format format = http_format::cloudevents;
    std::string content_type = "application/cloudevents+json"; ///< For the event line; an original keeps its own.
    /// The statuses that reject the event: they say something about it, not about the server.
    std::vector<std::uint64_t> reject{400, 413, 415, 422};
    std::vector<std::pair<std::string, secret>> headers; ///< Names and values, checked; values may be secrets.
    authorities ca;
    milliseconds connect_timeout{10'000};

    delivery_preview preview(const event& what) const override;
    bool operator==(const http_options&) const = default;
};

sink_options_ptr read_http_options(config::table& keys);

} // namespace hookd::sinks
