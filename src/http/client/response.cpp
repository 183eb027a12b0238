// SPDX-License-Identifier: MIT
#include "http/client/response.hpp"

#include <hookd/core/escape.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/core/text.hpp>

#include <algorithm>
#include <charconv>

namespace hookd::http {

using namespace std::string_view_literals;

namespace {

constexpr std::size_t buffer_size = std::size_t{16} << 10U;
/// The maximum of a header with all its lines, and of the line of a chunk.
constexpr std::size_t longest_header = std::size_t{256} << 10U;
/// No relevant field is longer.
constexpr std::size_t longest_line = std::size_t{1} << 10U;
/// Longer than any useful number of seconds or date.
constexpr std::size_t longest_retry_after = 64;
constexpr unsigned most_interims = 32;
constexpr std::string_view white_space = " \t";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The beginning, escaped for a log.
std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 60;
    return '"' + escaped(text.substr(0, longest)) + (text.size() > longest ? "…\"" : "\"");
}

} // namespace

response_reader::response_reader(std::size_t keep_body)
    : buffer_{std::make_unique_for_overwrite<char[]>(buffer_size)}, keep_body_{keep_body} {}

void response_reader::expect(bool head_request) {
    begin_ = end_ = 0;
    begun_ = false;
    head_request_ = head_request;
    interims_ = 0;
    error_.clear();
    begin_header();
}

void response_reader::begin_header() {
    has_header_ = chunked_ = in_framing_ = false;
    length_.reset();
    framing_error_.clear();
    status_ = 0;
    retry_after_.clear();
    body_.clear();
    body_was_cut_ = false;
    go_to(part::status_line);
}

std::span<char> response_reader::room() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
    }
    return {&buffer_[end_], buffer_size - end_};
}

void response_reader::filled(std::size_t count) {
    end_ += count;
    begun_ = true;
}

response_reader::progress response_reader::advance() {
    while (begin_ != end_ && part_ != part::done && part_ != part::broken) {
        if (part_ == part::sized_body || part_ == part::body_to_end || part_ == part::chunk_data) {
            take_body_bytes();
        } else if (take_line()) {
            handle(std::exchange(line_, {}));
        }
    }
    switch (part_) {
    case part::done:
        return progress::complete;
    case part::broken:
        return progress::malformed;
    default:
        return progress::need_more;
    }
}

bool response_reader::ends_here() {
    if (part_ == part::body_to_end) {
        go_to(part::done);
    }
    return part_ == part::done;
}

/// Whether the line is complete now.
bool response_reader::take_line() {
    const std::string_view bytes{&buffer_[begin_], end_ - begin_};
    const auto end = bytes.find('\n');
    const auto piece = bytes.substr(0, end);
    line_ += piece.substr(0, longest_line - std::min(line_.size(), longest_line));
    const auto taken = end == std::string_view::npos ? bytes.size() : end + 1;
    begin_ += taken;
    line_bytes_ += taken;
    if (line_bytes_ > longest_header) {
        fail("its header is longer than 256 KiB");
        return false;
    }
    if (end != std::string_view::npos && line_.ends_with('\r')) {
        line_.pop_back();
    }
    if (part_ == part::status_line && !"HTTP/1."sv.starts_with(std::string_view{line_}.substr(0, 7))) {
        on_status_line(line_); // waiting for the end of the line could take forever
        return false;
    }
    return end != std::string_view::npos;
}

void response_reader::take_body_bytes() {
    const auto count = part_ == part::body_to_end ? end_ - begin_ : std::min<std::uint64_t>(left_, end_ - begin_);
    const auto kept = std::min<std::size_t>(count, keep_body_ - body_.size());
    body_.append(&buffer_[begin_], kept);
    body_was_cut_ |= kept < count;
    begin_ += count;
    left_ -= part_ == part::body_to_end ? 0 : count;
    if (left_ == 0 && part_ != part::body_to_end) {
        go_to(part_ == part::sized_body ? part::done : part::chunk_end);
    }
}

void response_reader::handle(std::string_view line) {
    switch (part_) {
    case part::status_line:
        on_status_line(line);
        break;
    case part::fields:
        line.empty() ? on_header_end() : on_field(line);
        break;
    case part::chunk_size:
        on_chunk_size(line);
        break;
    case part::chunk_end:
        line.empty() ? go_to(part::chunk_size) : fail("a chunk of its body is longer than announced");
        break;
    case part::trailers:
        if (line.empty()) {
            go_to(part::done);
        }
        break;
    default:
        break;
    }
}

/// `HTTP/1.1 204 No Content`: the version, spaces, three digits, and a reason that is ignored. RFC 9112 section 2.2
/// lets only servers skip an empty line before the first: for a client it is not part of a response.
void response_reader::on_status_line(std::string_view line) {
    const auto version = line.substr(0, std::min(line.find_first_of(white_space), line.size()));
    const auto rest = trimmed(line.substr(version.size()));
    const auto code = rest.substr(0, std::min(rest.find_first_of(white_space), rest.size()));
    if (version.size() != "HTTP/1.1"sv.size() || !version.starts_with("HTTP/1.") || !is_digit(version.back()) ||
        code.size() != 3 || !std::ranges::all_of(code, is_digit) || code.front() == '0') {
        if (line.empty() || line == "\r") { // the latter if its LF has not arrived yet
            fail("it begins with an empty line");
        } else {
            fail(keep_body_ > 0 ? "it begins with " + quoted(line) : "it does not begin with a status line");
        }
        return;
    }
    std::from_chars(code.begin(), code.end(), status_);
    persistent_ = version.back() != '0';
    part_ = part::fields; // the same header
}

void response_reader::on_field(std::string_view line) {
    if (white_space.contains(line.front())) {
        if (in_framing_) {
            framing_error_ = "a field about the length of its body is folded";
        }
        return;
    }
    const auto colon = std::min(line.find(':'), line.size());
    const auto name = trimmed(line.substr(0, colon));
    const auto value = trimmed(line.substr(std::min(colon + 1, line.size())));
    const bool about_length = same_field_name(name, "Content-Length");
    in_framing_ = about_length || same_field_name(name, "Transfer-Encoding");
    if (about_length) {
        on_content_length(value);
    } else if (in_framing_) {
        if (chunked_ || !same_but_for_case(value, "chunked")) {
            framing_error_ = "its Transfer-Encoding is not chunked";
        }
        chunked_ = true;
    } else if (same_field_name(name, "Connection")) {
        // Each of the options separately (RFC 9110 section 7.6.1); others are ignored.
        for (auto rest = value; !rest.empty();) {
            const auto option = take_element(rest);
            persistent_ =
                !same_but_for_case(option, "close") && (persistent_ || same_but_for_case(option, "keep-alive"));
        }
    } else if (same_field_name(name, "Retry-After") && retry_after_.empty()) {
        retry_after_ = value.substr(0, longest_retry_after);
    }
}

void response_reader::on_content_length(std::string_view value) {
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(value.begin(), value.end(), length);
    if (error != std::errc{} || end != value.end()) {
        framing_error_ = "its Content-Length is not a number";
    } else if (length_ && *length_ != length) {
        framing_error_ = "it has two different Content-Lengths";
    }
    length_ = length;
}

void response_reader::on_header_end() {
    if (status_ == 101) {
        fail("it switches to another protocol without a request");
    } else if (status_ < 200) {
        // The final response is still to come (RFC 9110 section 15.2).
        ++interims_ > most_interims ? fail("there are more than 32 interim responses before it") : begin_header();
    } else {
        has_header_ = true;
        // RFC 9112 section 6.3.
        if (head_request_ || status_ == 204 || status_ == 304) {
            persistent_ = persistent_ && framing_error_.empty();
            go_to(part::done);
        } else if (!framing_error_.empty()) {
            fail(framing_error_);
        } else if (chunked_) {
            persistent_ = persistent_ && !length_;
            go_to(part::chunk_size);
        } else if (length_) {
            left_ = *length_;
            go_to(left_ == 0 ? part::done : part::sized_body);
        } else {
            persistent_ = false;
            go_to(part::body_to_end);
        }
    }
}

void response_reader::on_chunk_size(std::string_view line) {
    const auto digits = trimmed(line.substr(0, std::min(line.find(';'), line.size())));
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), left_, 16);
    if (error != std::errc{} || end != digits.end()) {
        fail("a chunk of its body has no size");
    } else {
        go_to(left_ == 0 ? part::trailers : part::chunk_data);
    }
}

void response_reader::go_to(part next) {
    part_ = next;
    line_.clear();
    line_bytes_ = 0;
}

void response_reader::fail(std::string what) {
    part_ = part::broken;
    error_ = std::move(what);
}

} // namespace hookd::http
