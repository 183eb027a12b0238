// SPDX-License-Identifier: MIT
#include "intake/quick_parse.hpp"

#include "intake/member_reader.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>

#include <cstdint>
#include <string>

namespace hookd::intake {

namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

/// The parser is recursive: deeper nesting goes to one that is not.
constexpr std::size_t most_depth = 64;

std::string_view to_std(string_view text) {
    return {text.data(), text.size()};
}

/// Called by the parser. Strings with escapes come in pieces.
class handler {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    explicit handler(body_fields& found) : members_{found} {}

    bool on_document_begin(error_code& /*ec*/) { return true; }
    bool on_document_end(error_code& /*ec*/) { return true; }
    bool on_object_begin(error_code& /*ec*/) { return members_.open_object(); }
    bool on_array_begin(error_code& /*ec*/) { return members_.open_array(); }
    bool on_object_end(std::size_t /*members*/, error_code& /*ec*/) { return members_.close(); }
    bool on_array_end(std::size_t /*elements*/, error_code& /*ec*/) { return members_.close(); }
    bool on_key_part(string_view piece, std::size_t /*size*/, error_code& /*ec*/) { return keep(piece); }
    bool on_string_part(string_view piece, std::size_t /*size*/, error_code& /*ec*/) { return keep(piece); }
    bool on_key(string_view last, std::size_t size, error_code& /*ec*/) {
        members_.key(whole(last, size));
        begun_.clear();
        return true;
    }
    bool on_string(string_view last, std::size_t size, error_code& /*ec*/) {
        members_.string(whole(last, size));
        begun_.clear();
        return true;
    }
    bool on_number_part(string_view /*piece*/, error_code& /*ec*/) { return true; }
    bool on_int64(std::int64_t /*value*/, string_view /*text*/, error_code& /*ec*/) { return members_.other(); }
    bool on_uint64(std::uint64_t /*value*/, string_view /*text*/, error_code& /*ec*/) { return members_.other(); }
    bool on_double(double /*value*/, string_view /*text*/, error_code& /*ec*/) { return members_.other(); }
    bool on_bool(bool /*value*/, error_code& /*ec*/) { return members_.other(); }
    bool on_null(error_code& /*ec*/) { return members_.other(); }
    bool on_comment_part(string_view /*piece*/, error_code& /*ec*/) { return true; }
    bool on_comment(string_view /*text*/, error_code& /*ec*/) { return true; }

private:
    bool keep(string_view piece) {
        begun_.append(piece.data(), piece.size());
        return true;
    }
    std::string_view whole(string_view last, std::size_t size) {
        if (last.size() == size) {
            return to_std(last);
        }
        keep(last);
        return begun_;
    }
    member_reader members_;
    std::string begun_;
};

json::parse_options options() {
    json::parse_options made;
    made.max_depth = most_depth;
    return made;
}

} // namespace

bool quick_parse(std::string_view body, body_fields& found) {
    json::basic_parser<handler> parser{options(), found};
    error_code ec;
    const auto used = parser.write_some(false, body.data(), body.size(), ec);
    found.json = !ec && used == body.size() && parser.done();
    return found.json;
}

} // namespace hookd::intake
