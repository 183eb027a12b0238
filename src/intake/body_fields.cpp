// SPDX-License-Identifier: MIT
#include "intake/body_fields.hpp"

#include "intake/member_reader.hpp"
#include "intake/quick_parse.hpp"

#include <hookd/core/json_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace hookd::intake {

namespace {

using nlohmann::json;

constexpr std::size_t longest_type = 256;

/// A type is used in filters, tables and environment variables: visible ASCII, like CloudEvents' own examples.
bool is_type(std::string_view text) {
    return !text.empty() && text.size() <= longest_type &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// For the parser that accepts any depth and keeps nothing. It makes a string of each key and value.
class thorough_reader : public json::json_sax_t {
public:
    explicit thorough_reader(body_fields& found) : members_{found} {}

    bool null() override { return members_.other(); }
    bool boolean(bool /*value*/) override { return members_.other(); }
    bool number_integer(number_integer_t /*value*/) override { return members_.other(); }
    bool number_unsigned(number_unsigned_t /*value*/) override { return members_.other(); }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return members_.other(); }
    bool binary(binary_t& /*value*/) override { return members_.other(); }
    bool string(string_t& value) override { return members_.string(value); }
    bool key(string_t& name) override { return members_.key(name); }
    bool start_object(std::size_t /*elements*/) override { return members_.open_object(); }
    bool start_array(std::size_t /*elements*/) override { return members_.open_array(); }
    bool end_object() override { return members_.close(); }
    bool end_array() override { return members_.close(); }
    bool parse_error(std::size_t /*at*/, const std::string& /*token*/, const json::exception& /*what*/) override {
        return false;
    }

private:
    member_reader members_;
};

std::optional<body_fields> parse_thoroughly(std::string_view body) {
    body_fields found;
    thorough_reader reader{found};
    if (!json::sax_parse(body.begin(), body.end(), &reader)) {
        return std::nullopt;
    }
    found.json = true;
    return found;
}

/// The code unit of a `\uXXXX` at the beginning of `text`, if it is half of a surrogate pair.
std::optional<unsigned> surrogate(std::string_view text) {
    constexpr std::size_t escape_length = 6;
    unsigned unit = 0;
    if (text.size() < escape_length || !text.starts_with("\\u") ||
        std::from_chars(text.data() + 2, text.data() + escape_length, unit, 16).ptr != text.data() + escape_length ||
        unit < 0xd800 || unit > 0xdfff) {
        return std::nullopt;
    }
    return unit;
}

/// A copy for the library, which is stricter than the grammar: it rejects numbers outside the range of a double, and
/// unpaired surrogates, which RFC 8259 section 8.2 allows and Python writes for each byte of a file name that is not
/// UTF-8. In the copy, which is used only here, each number is 0 and such a surrogate is the replacement character. It
/// is JSON exactly if the body is.
std::string by_grammar_alone(std::string_view body) {
    std::string copy;
    copy.reserve(body.size());
    bool in_string = false;
    while (!body.empty()) {
        std::size_t taken = 1;
        std::string_view replacement = body.substr(0, 1);
        if (body[0] == '"') {
            in_string = !in_string;
        } else if (in_string && body[0] == '\\') {
            const auto unit = surrogate(body);
            const auto next = unit ? surrogate(body.substr(6)) : std::nullopt;
            const bool pair = unit && *unit < 0xdc00 && next && *next >= 0xdc00;
            taken = std::min<std::size_t>(body.size(), pair   ? 12
                                                       : unit ? 6
                                                              : 2); // 2: an escaped quote does not end the string
            replacement = unit && !pair ? "\\ufffd" : body.substr(0, taken);
        } else if (const auto found = in_string ? std::string_view{} : number_like(body); !found.empty()) {
            taken = found.size();
            replacement = is_json_number(found) ? "0" : found;
        }
        copy += replacement;
        body.remove_prefix(taken);
    }
    return copy;
}

} // namespace

body_fields read_thoroughly(std::string_view body) {
    // Not JSON: a byte order mark (RFC 8259 section 8.1), which the library would skip, and NUL, which it would treat
    // as the end.
    if (body.starts_with("\xef\xbb\xbf") || body.find('\0') != std::string_view::npos) {
        return {};
    }
    auto read = parse_thoroughly(body);
    if (!read) {
        read = parse_thoroughly(by_grammar_alone(body));
    }
    return std::move(read).value_or(body_fields{});
}

body_fields read_body_fields(std::string_view body) {
    body_fields found;
    if (!quick_parse(body, found)) {
        found = read_thoroughly(body);
    }
    if (!is_type(found.type)) {
        found.type = "unknown";
    }
    return found;
}

} // namespace hookd::intake
