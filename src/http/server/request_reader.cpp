// SPDX-License-Identifier: MIT
#include "http/server/request_reader.hpp"

#include "http/server/last_chunk.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace hookd::http {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {

constexpr std::size_t first_buffer = 2048;
constexpr std::size_t body_buffer = std::size_t{64} << 10U;
/// The bytes of a chunked body that are parsed at once: with one byte in each chunk that takes about 0.05 ms.
constexpr std::size_t chunked_turn = std::size_t{4} << 10U;
/// Buffers that became large with one request are freed, not kept for the life of the connection.
constexpr std::size_t kept_body = std::size_t{16} << 10U;
/// Each needs more memory than bytes on the wire. Senders and proxies together set about thirty.
constexpr std::size_t most_fields = 128;

std::string_view to_std(string_view text) {
    return {text.data(), text.size()};
}

} // namespace

/// Beast's parser, which keeps views into the header's bytes, and nothing of the trailers: Beast's own parser merges
/// them into the header, so that a trailer could add a `svix-signature`.
class request_reader::parser : public beast_http::basic_parser<true> {
public:
    parser(request& found, std::vector<header_field>& fields, std::string& body)
        : request_{found}, fields_{fields}, body_{body} {}

    int version() const { return version_; }

private:
    void on_request_impl(beast_http::verb, string_view method, string_view target, int version, error_code&) override {
        request_.method = to_std(method);
        request_.target = to_std(target);
        version_ = version;
    }
    void on_field_impl(beast_http::field, string_view name, string_view value, error_code& ec) override {
        if (header_done_) {
            return;
        }
        if (fields_.size() == most_fields) {
            ec = beast_http::error::header_limit;
            return;
        }
        fields_.push_back({to_std(name), to_std(value)});
    }
    void on_header_impl(error_code&) override { header_done_ = true; }
    std::size_t on_body_impl(string_view bytes, error_code&) override {
        body_.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override {
        body_.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    request& request_;
    std::vector<header_field>& fields_;
    std::string& body_;
    int version_ = 0;
    bool header_done_ = false;
};

request_reader::request_reader(const server_settings& limits, leniency allowed)
    : allowed_{allowed}, max_header_{limits.max_header.bytes}, max_body_{limits.max_body.bytes} {}

void request_reader::limit(const server_settings& limits) {
    max_header_ = limits.max_header.bytes;
    max_body_ = limits.max_body.bytes;
}

request_reader::~request_reader() = default;

std::span<char> request_reader::room() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
    }
    if (end_ == buffer_.size() && begin_ > 0) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == buffer_.size()) {
        const std::size_t most = std::max(max_header_ + 1, body_buffer);
        buffer_.resize(std::min(most, std::max(first_buffer, buffer_.size() * 2)));
    }
    const auto room = std::span{buffer_}.subspan(end_);
    return parser_ != nullptr && parser_->chunked() ? room.first(std::min(room.size(), chunked_turn)) : room;
}

void request_reader::filled(std::size_t count) {
    end_ += count;
}

request_reader::progress request_reader::advance() {
    if (refusal_.status != 0) {
        return progress::refused;
    }
    return parser_ == nullptr ? scan_head() : read_body();
}

request_reader::progress request_reader::scan_head() {
    const std::string_view fresh{buffer_.data() + begin_ + scanned_, end_ - begin_ - scanned_};
    const std::size_t allowed = max_header_ - scanned_;
    const auto found = scanner_.feed(fresh.substr(0, allowed));
    scanned_ += std::min(fresh.size(), allowed);
    switch (found) {
    case head_scanner::found::malformed:
        return refuse(400, "malformed header line");
    case head_scanner::found::nothing_yet:
        return scanned_ == max_header_ ? refuse(431, "header larger than max_header") : progress::need_more;
    case head_scanner::found::end:
        break;
    }
    head_.assign(buffer_.data() + begin_, scanner_.length());
    begin_ += scanner_.length();
    return parse_head();
}

request_reader::progress request_reader::parse_head() {
    parser_ = std::make_unique<parser>(request_, fields_, body_);
    parser_->header_limit(static_cast<std::uint32_t>(max_header_) + 1); // the scanner has checked the limit
    parser_->body_limit(max_body_);
    parser_->eager(false);
    error_code ec;
    for (string_view rest{head_}; !ec && !parser_->is_header_done() && !rest.empty();) {
        rest.remove_prefix(parser_->put(boost::asio::buffer(rest.data(), rest.size()), ec));
    }
    request_.fields = fields_;
    if (ec == beast_http::error::header_limit) {
        return refuse(431, "more than 128 header fields");
    }
    const bool too_large = ec == beast_http::error::body_limit;
    if ((ec && !too_large) || (!too_large && !parser_->is_header_done())) {
        return refuse(400, "malformed HTTP/1.1 header");
    }
    const auto violation = check_policy(parser_->version(), request_.target, fields_, allowed_);
    if (violation != policy_error::none) {
        return refuse(violation == policy_error::unsupported_coding ? 501 : 400, to_text(violation));
    }
    if (too_large) {
        return refuse(413, body_too_large());
    }
    find_host();
    parser_->eager(true);
    return progress::head;
}

std::string_view request_reader::body_too_large() const {
    return allowed_ == leniency::health_checks
               ? "body larger than any request to the admin server"
               : "body larger than max_body: increase server.max_body if the sender is yours";
}

/// RFC 9112 section 3.2.2: the authority of an absolute target replaces Host. HTTP/1.0 has no Host (RFC 1945).
void request_reader::find_host() {
    const auto [authority, path] = take_apart(request_.target);
    request_.target = path;
    request_.host = authority;
    if (authority.empty() && parser_->version() == 11) {
        const auto host = std::ranges::find_if(
            fields_, [](const header_field& field) { return same_field_name(field.name, "Host"); });
        request_.host = host == fields_.end() ? std::string_view{} : host->value;
    }
}

request_reader::progress request_reader::read_body() {
    error_code ec;
    while (!parser_->is_done() && end_ - begin_ >= fewest_bytes(*parser_)) {
        const std::size_t used = parser_->put(boost::asio::buffer(buffer_.data() + begin_, end_ - begin_), ec);
        begin_ += used;
        if (ec == beast_http::error::need_more) {
            // No honest request has a chunk header or trailer that does not fit the whole buffer.
            return end_ - begin_ >= body_buffer ? refuse(400, "chunk header or trailer too long") : progress::need_more;
        }
        if (ec == beast_http::error::body_limit) {
            return refuse(413, body_too_large());
        }
        if (ec) {
            return refuse(400, "malformed chunked body");
        }
    }
    if (!parser_->is_done()) {
        return progress::need_more;
    }
    request_.body = body_;
    return progress::complete;
}

void request_reader::next() {
    parser_.reset();
    scanner_.reset();
    scanned_ = 0;
    head_.clear();
    fields_.clear();
    request_ = {};
    body_.clear();
    if (body_.capacity() > kept_body) {
        body_.shrink_to_fit();
    }
    if (begin_ == end_ && buffer_.size() > kept_body) {
        begin_ = end_ = 0;
        buffer_.clear();
        buffer_.shrink_to_fit();
    }
}

void request_reader::drop() {
    parser_.reset();
    request_.body = {};
    dropped_ = body_.size();
    std::string{}.swap(body_); // an assignment would keep the memory
    std::vector<char>{}.swap(buffer_);
    begin_ = end_ = 0;
}

request_reader::progress request_reader::refuse(unsigned status, std::string_view reason) {
    refusal_ = {status, reason};
    return progress::refused;
}

bool request_reader::has_body() const {
    return !parser_->is_done() || !body_.empty();
}

bool request_reader::whole() const {
    return parser_ != nullptr && parser_->is_done();
}

bool request_reader::wants_continue() const {
    return parser_->version() == 11 && std::ranges::any_of(fields_, [](const header_field& field) {
               return same_field_name(field.name, "Expect") && same_field_name(field.value, "100-continue");
           });
}

bool request_reader::keep_alive() const {
    return parser_->version() == 11 && !has_member(fields_, "Connection", "close");
}

std::size_t request_reader::memory() const {
    return buffer_.capacity() + body_.capacity() + head_.capacity() + fields_.capacity() * sizeof(header_field);
}

/// The remaining bytes of the body, if the header has its length.
std::size_t request_reader::announced() const {
    const auto left = parser_ == nullptr ? boost::none : parser_->content_length_remaining();
    return left ? static_cast<std::size_t>(*left) : 0;
}

std::size_t request_reader::lacking() const {
    const std::size_t left = announced();
    const std::size_t body = std::max(body_.size() + left, body_.capacity()) - body_.capacity();
    return body + std::max(std::min(left, body_buffer), buffer_.capacity()) - buffer_.capacity();
}

/// Reserves it at once: a growing string needs up to twice as much.
void request_reader::take_lacking() {
    const std::size_t left = announced();
    body_.reserve(body_.size() + left);
    buffer_.resize(std::max(std::min(left, body_buffer), buffer_.size()));
}

} // namespace hookd::http
