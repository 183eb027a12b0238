#include "http/client_response.hpp"

#include "http/last_chunk.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace hookd::http {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {

/// Also the most that a header, or the header of a chunk, may have.
constexpr std::size_t buffer_size = std::size_t{16} << 10U;
/// More than any number of seconds or date that makes sense.
constexpr std::size_t longest_retry_after = 64;
/// Servers send one or two before the answer itself.
constexpr unsigned most_interim = 32;

} // namespace

/// Keeps the status and the body's beginning, and drops the rest.
class response_reader::parser : public beast_http::basic_parser<false> {
public:
    parser(std::string& body, std::size_t keep) : body_{body}, keep_{keep} {}

    unsigned code() const { return code_; }
    const std::string& retry_after() const { return retry_after_; }

private:
    void on_response_impl(int code, string_view, int, error_code& fault) override {
        code_ = static_cast<unsigned>(code);
        if (code < 100) { // none of the five classes (RFC 9110 section 15), and so neither interim nor final
            fault = beast_http::error::bad_status;
        }
    }
    void on_field_impl(beast_http::field name, string_view, string_view value, error_code& fault) override {
        // Beast takes a body in any other coding for one of the length that Content-Length says.
        if (!trailers_ && name == beast_http::field::transfer_encoding && !boost::beast::iequals(value, "chunked")) {
            fault = beast_http::error::bad_transfer_encoding;
        }
        if (!trailers_ && name == beast_http::field::retry_after && retry_after_.empty()) {
            retry_after_.assign(value.data(), std::min(value.size(), longest_retry_after));
        }
    }
    void on_header_impl(error_code&) override { trailers_ = true; }
    std::size_t on_body_impl(string_view bytes, error_code&) override { return keep(bytes); }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override { return keep(bytes); }
    void on_request_impl(beast_http::verb, string_view, string_view, int, error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    std::size_t keep(string_view bytes) {
        body_.append(bytes.data(), std::min(bytes.size(), keep_ - body_.size()));
        return bytes.size();
    }

    std::string& body_;
    const std::size_t keep_;
    unsigned code_ = 0;
    bool trailers_ = false;
    std::string retry_after_;
};

response_reader::response_reader(std::size_t keep_body)
    : buffer_{std::make_unique_for_overwrite<char[]>(buffer_size)}, keep_body_{keep_body} {}
response_reader::~response_reader() = default;

void response_reader::expect(bool head_request) {
    begin_ = end_ = 0;
    begun_ = false;
    head_request_ = head_request;
    interim_ = 0;
    next_header();
}

void response_reader::next_header() {
    body_.clear();
    parser_ = std::make_unique<parser>(body_, keep_body_);
    parser_->eager(true);
    parser_->header_limit(buffer_size);
    parser_->body_limit(boost::none);
    parser_->skip(head_request_);
}

std::span<char> response_reader::room() {
    if (begin_ > 0) {
        std::copy(&buffer_[begin_], &buffer_[end_], &buffer_[0]);
        end_ -= begin_;
        begin_ = 0;
    }
    return {&buffer_[end_], buffer_size - end_};
}

void response_reader::filled(std::size_t count) {
    end_ += count;
    begun_ = true;
}

response_reader::progress response_reader::advance() {
    while (end_ - begin_ >= fewest_bytes(*parser_)) {
        error_code fault;
        begin_ += parser_->put(boost::asio::buffer(&buffer_[begin_], end_ - begin_), fault);
        if (fault == beast_http::error::need_more) {
            return end_ - begin_ == buffer_size ? progress::malformed : progress::need_more;
        }
        if (fault) {
            return progress::malformed;
        }
        if (!parser_->is_done()) {
            continue;
        }
        if (parser_->code() >= 200) {
            return progress::complete;
        }
        if (parser_->code() == 101 || ++interim_ > most_interim) {
            return progress::malformed; // nobody asked for another protocol
        }
        next_header(); // interim (RFC 9110 section 15.2): the answer itself is still to come
    }
    return progress::need_more;
}

bool response_reader::ends_here() {
    if (!parser_->got_some()) {
        return false;
    }
    error_code fault;
    parser_->put_eof(fault);
    return !fault && parser_->is_done();
}

unsigned response_reader::status() const {
    return parser_->code();
}

const std::string& response_reader::retry_after() const {
    return parser_->retry_after();
}

bool response_reader::keep_alive() const {
    return parser_->keep_alive() && begin_ == end_;
}

} // namespace hookd::http
