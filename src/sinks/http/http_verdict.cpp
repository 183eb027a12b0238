// SPDX-License-Identifier: MIT
#include "sinks/http/http_verdict.hpp"

#include "sinks/text.hpp"

#include <hookd/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace hookd::sinks {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds longest_wait = 24h;

/// If a client certificate is missing, a server may call that a bad request, as nginx does.
verdict verdict_of(const http::client_response& response, std::span<const std::uint64_t> reject) {
    if (response.status >= 200 && response.status < 300) {
        return verdict::delivered;
    }
    return !response.certificate_wanted && std::ranges::find(reject, response.status) != reject.end() ? verdict::reject
                                                                                                      : verdict::retry;
}

/// The first line of the body that is not blank, escaped and cut.
std::string first_line(std::string_view body) {
    constexpr std::size_t longest = 200;
    constexpr std::string_view white_space = " \t\r\n";
    const auto begin = std::min(body.find_first_not_of(white_space), body.size());
    const auto line = body.substr(begin, body.find_first_of("\r\n", begin) - begin);
    return std::string{utf8_prefix(printable(line), longest)};
}

std::optional<std::time_t> parse_date(const std::string& text) {
    // The daemon never sets a locale, so the names are English.
    for (const char* const form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
        std::tm parts{};
        const char* const end = ::strptime(text.c_str(), form, &parts);
        if (end != nullptr && *end == '\0') {
            return ::timegm(&parts);
        }
    }
    return std::nullopt;
}

} // namespace

outcome judge(const http::client_response& response, std::span<const std::uint64_t> reject, unix_millis now) {
    outcome judged{.what = verdict_of(response, reject), .retry_after = {}, .detail = {}};
    if (judged.what == verdict::delivered) {
        return judged;
    }
    judged.code = static_cast<int>(response.status);
    judged.detail = fmt::format("status {}", response.status);
    if (response.status >= 300 && response.status < 400) {
        judged.detail += ", redirects are not followed: use the target as url";
    }
    if (response.certificate_wanted) {
        judged.detail += ", the server requested a client certificate, which is not supported";
    }
    if (const auto line = first_line(response.body); !line.empty()) {
        judged.detail += ": " + line;
    }
    if (judged.what == verdict::retry) {
        judged.retry_after = parse_retry_after(response.retry_after, now).value_or(0ms);
    }
    return judged;
}

outcome judge(const http::client_error& error) {
    switch (error.kind) {
    case http::client_errc::authorities:
    case http::client_errc::unknown_host:
    case http::client_errc::unreachable:
    case http::client_errc::tls:
    case http::client_errc::handshake_closed:
    case http::client_errc::no_tls:
        return {verdict::unavailable, {}, fmt::format("{}: {}", http::to_text(error.kind), error.detail)};
    case http::client_errc::timed_out:
    case http::client_errc::closed:
    case http::client_errc::malformed:
        break;
    }
    return {verdict::retry, {}, error.detail};
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, unix_millis now) {
    if (text.empty()) {
        return std::nullopt;
    }
    if (std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
        std::int64_t seconds = 0;
        const auto [end, ec] = std::from_chars(text.begin(), text.end(), seconds);
        const bool bounded = ec == std::errc{} && seconds < longest_wait.count();
        return bounded ? std::chrono::seconds{seconds} : longest_wait;
    }
    const auto date = parse_date(std::string{text});
    if (!date) {
        return std::nullopt;
    }
    const unix_millis until{std::chrono::seconds{*date}};
    return until <= now ? 0ms : std::min<std::chrono::milliseconds>(until - now, longest_wait);
}

} // namespace hookd::sinks
