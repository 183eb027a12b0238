// SPDX-License-Identifier: MIT
#include "http/server/response.hpp"

#include <boost/beast/http/status.hpp>

#include <array>

namespace hookd::http {

namespace {

/// One buffer is written faster than two, and kept for the next response.
constexpr std::size_t most_copied = std::size_t{64} << 10U;

/// RFC 9110 section 5.5 makes recipients do the same with CR, LF and NUL.
void append_value(std::string& to, std::string_view value) {
    for (const char each : value) {
        const bool is_control = (static_cast<unsigned char>(each) < ' ' && each != '\t') || each == '\x7f';
        to += is_control ? ' ' : each;
    }
}

} // namespace

std::string_view reason_phrase(unsigned status) {
    const auto phrase = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
    return {phrase.data(), phrase.size()};
}

response refusal_answer(unsigned status) {
    switch (status) {
    case 408:
        return {408, "request timeout\n"};
    case 413:
        return {413, "body too large\n"};
    case 431:
        return {431, "header too large\n"};
    case 501:
        return {501, "transfer coding not supported\n"};
    case 503:
        return {503, "busy\n", {{"Retry-After", "5"}}};
    default:
        return {status, "bad request\n"};
    }
}

response_writer::written response_writer::write(const response& what, bool keep_alive, bool to_head) {
    const std::string_view body = what.made ? std::string_view{*what.made} : what.body;
    bytes_.clear();
    bytes_ += "HTTP/1.1 ";
    bytes_ += std::to_string(what.status);
    bytes_ += ' ';
    bytes_ += reason_phrase(what.status);
    bytes_ += "\r\nDate: ";
    bytes_ += date();
    for (const auto& field : what.fields) {
        bytes_ += "\r\n";
        bytes_ += field.name;
        bytes_ += ": ";
        append_value(bytes_, field.value);
    }
    if (what.status != 204) { // RFC 9110 section 8.6 forbids a length here
        if (!body.empty() || what.stream) {
            bytes_ += "\r\nContent-Type: ";
            bytes_ += what.content_type;
        }
        if (!what.stream) { // otherwise it ends with the connection (RFC 9112 section 6.3)
            bytes_ += "\r\nContent-Length: ";
            bytes_ += std::to_string(body.size());
        }
    }
    if (!keep_alive) {
        bytes_ += "\r\nConnection: close";
    }
    bytes_ += "\r\n\r\n";
    if (to_head) {
        return {bytes_, {}};
    }
    if (body.size() > most_copied) {
        return {bytes_, body};
    }
    bytes_ += body;
    return {bytes_, {}};
}

std::string_view response_writer::date() {
    if (const std::time_t now = std::time(nullptr); now != dated_) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        std::array<char, 64> text{};
        date_.assign(text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc));
        dated_ = now;
    }
    return date_;
}

} // namespace hookd::http
