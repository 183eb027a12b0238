// SPDX-License-Identifier: MIT
#include <hookd/core/json_text.hpp>
#include <hookd/intake/body_fields.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

namespace hookd::intake {

namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

/// The parser is recursive.
constexpr std::size_t most_depth = 64;
constexpr std::size_t longest_type = 256;

/// A type is used in filters, tables and environment variables: visible ASCII, like CloudEvents' own examples.
bool is_type(std::string_view text) {
    return !text.empty() && text.size() <= longest_type &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Called by the parser; keeps three strings of the top level. A key or string with escapes comes in pieces.
class handler {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    explicit handler(body_fields& found) : found_{found} {}

    bool on_document_begin(error_code& /*ec*/) { return true; }
    bool on_document_end(error_code& /*ec*/) { return true; }
    bool on_object_begin(error_code& /*ec*/) { return open(); }
    bool on_array_begin(error_code& /*ec*/) { return open(); }
    bool on_object_end(std::size_t /*members*/, error_code& /*ec*/) { return close(); }
    bool on_array_end(std::size_t /*elements*/, error_code& /*ec*/) { return close(); }
    bool on_key_part(string_view piece, std::size_t /*size*/, error_code& /*ec*/) {
        key_.append(piece.data(), piece.size());
        return true;
    }
    bool on_key(string_view last, std::size_t size, error_code& ec) {
        if (size == last.size()) { // nearly always
            wanted_ = member({last.data(), last.size()});
        } else {
            on_key_part(last, size, ec);
            wanted_ = member(key_);
            key_.clear();
        }
        if (wanted_ != nullptr) {
            wanted_->clear(); // stays empty if its value is not a string
        }
        return true;
    }
    bool on_string_part(string_view piece, std::size_t /*size*/, error_code& /*ec*/) {
        if (wanted_ != nullptr) {
            wanted_->append(piece.data(), piece.size());
        }
        return true;
    }
    bool on_string(string_view last, std::size_t size, error_code& ec) { return on_string_part(last, size, ec); }
    bool on_number_part(string_view /*piece*/, error_code& /*ec*/) { return true; }
    bool on_int64(std::int64_t /*value*/, string_view /*text*/, error_code& /*ec*/) { return true; }
    bool on_uint64(std::uint64_t /*value*/, string_view /*text*/, error_code& /*ec*/) { return true; }
    bool on_double(double /*value*/, string_view /*text*/, error_code& /*ec*/) { return true; }
    bool on_bool(bool /*value*/, error_code& /*ec*/) { return true; }
    bool on_null(error_code& /*ec*/) { return true; }
    bool on_comment_part(string_view /*piece*/, error_code& /*ec*/) { return true; }
    bool on_comment(string_view /*text*/, error_code& /*ec*/) { return true; }

private:
    bool open() {
        ++depth_;
        wanted_ = nullptr;
        return true;
    }
    bool close() {
        --depth_;
        return true;
    }
    std::string* member(std::string_view name) {
        if (depth_ != 1) {
            return nullptr;
        }
        if (name == "type") {
            return &found_.type;
        }
        if (name == "collection_name") {
            return &found_.collection;
        }
        return name == "name" ? &found_.document : nullptr;
    }

    body_fields& found_;
    std::string key_;               ///< Its pieces until now.
    std::string* wanted_ = nullptr; ///< Where the next string belongs.
    std::size_t depth_ = 0;
};

/// `json` is false if it is not JSON, or JSON that the parser does not support.
body_fields parse(std::string_view text) {
    body_fields found;
    json::parse_options options;
    options.max_depth = most_depth;
    json::basic_parser<handler> parser{options, found};
    error_code ec;
    const auto used = parser.write_some(false, text.data(), text.size(), ec);
    found.json = !ec && used == text.size() && parser.done();
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

/// The escape at the beginning of `text`, up to a whole surrogate pair, and what the copy has in its place.
std::pair<std::size_t, std::string_view> take_escape(std::string_view text) {
    const auto unit = surrogate(text);
    if (!unit) {
        const auto taken = std::min<std::size_t>(text.size(), 2); // an escaped quote does not end the string
        return {taken, text.substr(0, taken)};
    }
    const auto next = surrogate(text.substr(6));
    const bool pair = *unit < 0xdc00 && next && *next >= 0xdc00;
    return pair ? std::pair{std::size_t{12}, text.substr(0, 12)} : std::pair{std::size_t{6}, "\\ufffd"};
}

/// A copy for the parser, which is stricter than the grammar: Boost 1.81 has no options to allow numbers outside the
/// range of a double, and unpaired surrogates, which RFC 8259 section 8.2 allows and Python writes for each byte of a
/// file name that is not UTF-8. In the copy, which is used only here, each number is 0 and such a surrogate is the
/// replacement character. Deep nesting is parsed from inside out: each part that begins at a multiple of a certain
/// depth is `[]` once it is known to be JSON. The copy is JSON exactly if the body is.
std::string by_grammar_alone(std::string_view body) {
    constexpr std::size_t levels = most_depth - 1; // of a part; `[]` is another
    std::string copy;
    copy.reserve(body.size());
    std::vector<std::size_t> parts; // where they begin
    std::size_t depth = 0;
    bool in_string = false;
    while (!body.empty()) {
        std::size_t taken = 1;
        std::string_view replacement = body.substr(0, 1);
        const char c = body[0];
        if (c == '"') {
            in_string = !in_string;
        } else if (in_string) {
            if (c == '\\') {
                std::tie(taken, replacement) = take_escape(body);
            }
        } else if (c == '[' || c == '{') {
            if (++depth % levels == 0) {
                parts.push_back(copy.size());
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            if (depth-- % levels == 0) {
                copy += c;
                replacement = {};
                if (parse(std::string_view{copy}.substr(parts.back())).json) {
                    copy.replace(parts.back(), std::string::npos, "[]");
                }
                parts.pop_back();
            }
        } else if (const auto found = number_like(body); !found.empty()) {
            taken = found.size();
            replacement = is_json_number(found) ? "0" : found;
        }
        copy += replacement;
        body.remove_prefix(taken);
    }
    return copy;
}

} // namespace

body_fields read_body_fields(std::string_view body) {
    auto found = parse(body);
    if (!found.json) {
        found = parse(by_grammar_alone(body));
    }
    if (!found.json) {
        return {};
    }
    if (!is_type(found.type)) {
        found.type = "unknown";
    }
    return found;
}

} // namespace hookd::intake
