// SPDX-License-Identifier: MIT
#include "signature/body_origins.hpp"

#include "signature/json_spacing.hpp"
#include "signature/json_spelling.hpp"

namespace hookd::signature {

namespace {

constexpr std::string_view reserialised = "the JSON was re-serialised on the way";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

class collector {
public:
    explicit collector(std::string_view arrived) : arrived_(arrived) {}

    void add(std::string body, std::string_view change) {
        if (body != arrived_) {
            origins_.push_back({std::move(body), change});
        }
    }

    std::vector<body_origin> take() { return std::move(origins_); }

private:
    std::string_view arrived_;
    std::vector<body_origin> origins_;
};

std::string with_line_feeds(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') {
            out += text[i];
        }
    }
    return out;
}

std::string with_carriage_returns(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out.append(c == '\n' ? "\r\n" : std::string_view(&c, 1));
    }
    return out;
}

void undo_edges(std::string_view body, collector& into) {
    for (const std::string_view line_end : {"\n", "\r\n"}) {
        if (body.ends_with(line_end)) {
            into.add(std::string(body.substr(0, body.size() - line_end.size())), "a line break was added at its end");
        }
        into.add(std::string(body).append(line_end), "the line break at its end was removed");
    }
    if (const auto last = body.find_last_not_of(" \t\r\n"); last != std::string_view::npos) {
        into.add(std::string(body.substr(0, last + 1)), "white space was added at its end");
    }
    if (body.starts_with(byte_order_mark)) {
        into.add(std::string(body.substr(byte_order_mark.size())), "a byte order mark was added at its beginning");
    }
}

void undo_line_ends(std::string_view body, collector& into) {
    into.add(with_line_feeds(body), "line breaks were turned into CR LF");
    into.add(with_carriage_returns(with_line_feeds(body)), "line breaks were turned from CR LF into LF");
}

void undo_spacing(std::string_view json, collector& into) {
    into.add(respace(json, "", ""), reserialised);
    into.add(respace(json, " ", " "), reserialised);
    into.add(respace(json, "", " "), reserialised);
}

/// Parsed and written again: other spellings of the same characters and numbers.
void undo_spelling(std::string_view body, collector& into) {
    for (const bool ascii : {false, true}) {
        if (const auto compact = respell(body, ascii)) {
            undo_spacing(*compact, into);
        }
    }
}

} // namespace

std::vector<body_origin> likely_origins(std::string_view body) {
    collector found(body);
    undo_edges(body, found);
    undo_line_ends(body, found);
    undo_spacing(body, found);
    undo_spelling(body, found);
    return found.take();
}

} // namespace hookd::signature
