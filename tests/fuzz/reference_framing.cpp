// SPDX-License-Identifier: MIT
#include "fuzz/reference_framing.hpp"

#include <hookd/core/http_message.hpp>
#include <hookd/core/text.hpp>

#include <charconv>
#include <vector>

namespace hookd::fuzz {

namespace {

constexpr std::string_view line_end = "\r\n";

/// Up to the next CRLF, which is dropped.
std::optional<std::string_view> take_line(std::string_view& bytes) {
    const auto end = bytes.find(line_end);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const auto line = bytes.substr(0, end);
    bytes.remove_prefix(end + line_end.size());
    return line;
}

std::optional<std::size_t> number(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return ec == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

/// Section 7.1: chunks, then trailers up to an empty line.
bool take_chunks(std::string_view& bytes, std::string& body) {
    for (;;) {
        const auto line = take_line(bytes);
        const auto size = line ? number(trimmed(line->substr(0, line->find(';'))), 16) : std::nullopt;
        if (!size) {
            return false;
        }
        if (*size == 0) {
            break;
        }
        if (bytes.size() < *size || bytes.substr(*size, line_end.size()) != line_end) {
            return false;
        }
        body += bytes.substr(0, *size);
        bytes.remove_prefix(*size + line_end.size());
    }
    for (;;) {
        const auto trailer = take_line(bytes);
        if (!trailer || trailer->empty()) {
            return trailer.has_value();
        }
    }
}

} // namespace

std::optional<framed_request> frame(std::string_view bytes) {
    framed_request found;
    const auto first = take_line(bytes);
    if (!first) {
        return std::nullopt;
    }
    found.request_line = *first;
    std::vector<std::string_view> lengths;
    std::vector<std::string_view> codings;
    for (;;) {
        const auto line = take_line(bytes);
        if (!line) {
            return std::nullopt;
        }
        if (line->empty()) {
            break;
        }
        const auto colon = line->find(':');
        if (colon == std::string_view::npos) {
            return std::nullopt;
        }
        // However strangely the name is written: what anybody could take for one of these two counts.
        const auto name = trimmed(line->substr(0, colon));
        const auto value = trimmed(line->substr(colon + 1));
        if (same_field_name(name, "Content-Length")) {
            lengths.push_back(value);
        } else if (same_field_name(name, "Transfer-Encoding")) {
            codings.push_back(value);
        }
    }
    if (lengths.size() + codings.size() > 1) {
        return std::nullopt;
    }
    if (!codings.empty()) {
        if (!same_field_name(codings.front(), "chunked") || !take_chunks(bytes, found.body)) {
            return std::nullopt;
        }
    } else if (!lengths.empty()) {
        const auto length = number(lengths.front(), 10);
        if (!length || bytes.size() < *length) {
            return std::nullopt;
        }
        found.body = bytes.substr(0, *length);
        bytes.remove_prefix(*length);
    }
    found.rest = bytes;
    return found;
}

} // namespace hookd::fuzz
