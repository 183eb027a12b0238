// SPDX-License-Identifier: MIT
#include "admin/event_parameters.hpp"
#include "admin/target.hpp"
#include "cli/terminal_text.hpp"
#include "cli/time_argument.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "signature/content.hpp"
#include "sinks/text.hpp"

#include <hookd/config/listen_address.hpp>
#include <hookd/core/address.hpp>
#include <hookd/core/base64.hpp>
#include <hookd/core/byte_size.hpp>
#include <hookd/core/pattern.hpp>
#include <hookd/core/percent_encoding.hpp>
#include <hookd/core/rfc3339.hpp>
#include <hookd/core/text.hpp>
#include <hookd/http/client/url.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace hookd::fuzz {

namespace {

constexpr unix_millis now{std::chrono::milliseconds{1'764'000'000'000}};

bool is_printable(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
}

void times(std::string_view text) {
    if (const auto read = parse_rfc3339(text)) {
        require(parse_rfc3339(to_rfc3339(*read)) == read, "an instant is written as it is read");
    }
    if (const auto read = parse_duration(text)) {
        require(parse_duration(to_text(*read)) == read, "a duration is written as it is read");
    }
    if (const auto read = cli::parse_moment(text, now)) {
        require(is_printable(cli::moment_text(*read, true)), "a moment is printable");
    }
    if (const auto read = signature::parse_timestamp(text)) {
        require(std::to_string(read->time_since_epoch().count()) == text, "a timestamp has one spelling");
    }
    if (const auto read = parse_byte_size(text)) {
        require(parse_byte_size(to_text(*read)) == read, "a size is written as it is read");
    }
}

void addresses(std::string_view text) {
    if (const auto read = ip_address::parse(text)) {
        require(ip_address::parse(read->text()) == read, "an address is written as it is read");
    }
    if (const auto read = cidr::parse(text)) {
        const auto again = cidr::parse(read->text());
        require(again && again->text() == read->text(), "a block is written as it is read");
    }
    if (const auto read = config::parse_listen_address(text)) {
        const auto again = config::parse_listen_address(read->canonical());
        require(again && again->canonical() == read->canonical(), "a listener's address has one form");
    }
}

void urls(std::string_view text) {
    const auto read = http::parse_url(text);
    if (!read) {
        // So long a word is none of the message's own.
        require(text.size() < 24 || text.contains(' ') || !read.error().message.contains(text),
                "an error never quotes a URL");
        return;
    }
    require(read->target.starts_with('/') && is_printable(read->target) && !read->target.contains(' '),
            "a target fits a request line");
    require(!read->authority().empty() && is_printable(read->authority()), "an authority fits a Host field");
    const auto again = http::parse_url((read->tls ? "https://" : "http://") + read->authority() + read->target);
    require(again && again->host == read->host && again->port == read->port && again->target == read->target,
            "a URL is put together as it was taken apart");
}

void targets(std::string_view text) {
    for (const auto what : {admin::request_about_events::list, admin::request_about_events::change}) {
        const auto read = admin::read_event_parameters(text, what, {{.name = "sink"}});
        require(read || !read.error().message.empty(), "what is refused is refused for a reason");
    }
    require(text.contains('%') || percent_decoded(text) == text, "what is not encoded stays as it is");
}

void patterns(std::string_view text) {
    input parts{text};
    const auto pattern = parts.line();
    const bool found = matches(pattern, parts.rest());
    require(!found || matches("*" + std::string{pattern} + "*", parts.rest()), "a star more matches no less");
    require(matches(parts.rest(), parts.rest()), "a text matches itself, with its stars");
}

void base64(std::string_view text) {
    namespace coding = hookd::base64;
    const auto size = coding::decoded_size(text);
    if (!size) {
        return;
    }
    std::string bytes(*size, '\0');
    if (coding::decode(text, std::as_writable_bytes(std::span{bytes}))) {
        std::string again(coding::encoded_size(*size), '\0');
        coding::encode(std::as_bytes(std::span{bytes}), again.data());
        require(again == text, "bytes have one spelling");
    }
}

void terminals(std::string_view text) {
    require(is_printable(cli::escaped(text)) && is_printable(cli::escaped(text, 20)), "nothing steers a terminal");
    const auto clean = sinks::printable(text);
    require(is_printable(clean) && sinks::printable(clean) == clean, "what is clean stays as it is");
    require(clean.starts_with(utf8_prefix(clean, 10)), "a beginning is a beginning");
}

} // namespace

void texts(std::string_view bytes) {
    input parts{bytes};
    switch (parts.byte()) {
    case 'T':
        return times(parts.rest());
    case 'A':
        return addresses(parts.rest());
    case 'U':
        return urls(parts.rest());
    case 'Q':
        return targets(parts.rest());
    case 'P':
        return patterns(parts.rest());
    case 'B':
        return base64(parts.rest());
    default:
        return terminals(parts.rest());
    }
}

} // namespace hookd::fuzz
