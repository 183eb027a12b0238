// SPDX-License-Identifier: MIT
#include <hookd/core/base64.hpp>
#include <hookd/core/escape.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/text.hpp>
#include <hookd/sinks/event_line.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

namespace hookd::sinks {
namespace {

using namespace std::string_view_literals;

constexpr auto byte_order_mark = "\xEF\xBB\xBF"sv;
constexpr auto json_white_space = " \t\r\n"sv; // RFC 8259 section 2

/// Parsers that treat NUL as the end of input accept a text with anything after it: here that is not JSON, because it
/// would break the line.
bool is_json(const event& what) {
    return what.json && !what.body.contains('\0') && what.body.find_first_not_of(json_white_space) != std::string::npos;
}

/// The body in the form in which it can be inside an object, if it can. A byte order mark is allowed only at the
/// beginning of a text (RFC 8259 section 8.1). Readers that stop at a line do not read the lines after it.
std::optional<std::string_view> json_text(const event& what) {
    std::string_view text = what.body;
    if (!is_json(what) || breaks_readers(text)) {
        return std::nullopt;
    }
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    return trimmed(text, json_white_space);
}

void append_base64(std::string& line, std::string_view bytes) {
    const auto begin = line.size();
    line.resize(begin + base64::encoded_size(bytes.size()));
    base64::encode(std::as_bytes(std::span{bytes}), line.data() + begin);
}

bool needs_no_escape(std::string_view value) {
    return std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

void append_member(std::string& line, std::string_view name, std::string_view value) {
    line += line.empty() ? "{\"" : ",\"";
    line += name;
    line += "\":";
    if (needs_no_escape(value)) { // nearly always, and ten times faster
        line += '"';
        line += value;
        line += '"';
        return;
    }
    line += json_line(value);
}

/// JSON strings contain no raw ASCII line ends, so they are all between tokens. Those of Unicode occur only inside
/// strings.
void append_on_one_line(std::string& line, std::string_view text) {
    const auto begin = line.size();
    append_escaped_json(line, text, splits_lines);
    std::replace_if(
        line.begin() + static_cast<std::ptrdiff_t>(begin), line.end(), [](char c) { return c == '\r' || c == '\n'; },
        ' ');
}

} // namespace

std::string event_line(const event& what) {
    const auto data = json_text(what);
    std::string line;
    line.reserve(512 + (data ? what.body.size() : what.body.size() / 3 * 4 + 4));
    append_member(line, "specversion", "1.0");
    append_member(line, "id", what.id);
    append_member(line, "source", what.endpoint);
    append_member(line, "type", what.type);
    // CloudEvents: an attribute without a value is omitted.
    if (const auto subject = what.subject(); !subject.empty()) {
        append_member(line, "subject", subject);
    }
    append_member(line, "time", to_rfc3339(what.accepted));
    // Omitted it would mean application/json (CloudEvents JSON format, section 3.1).
    const bool json = data || is_json(what);
    append_member(line, "datacontenttype", json ? "application/json" : "application/octet-stream");
    append_member(line, "sequence", std::to_string(what.sequence));
    if (!what.traceparent.empty()) { // CloudEvents, extension Distributed Tracing
        append_member(line, "traceparent", what.traceparent);
    }
    if (data) {
        line += ",\"data\":";
        append_on_one_line(line, *data);
    } else {
        line += ",\"data_base64\":\"";
        append_base64(line, what.body);
        line += '"';
    }
    line += '}';
    return line;
}

std::string written_line(const event& what) {
    return event_line(what) + '\n';
}

} // namespace hookd::sinks
