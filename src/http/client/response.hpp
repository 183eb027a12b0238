// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace hookd::http {

/// Turns a connection's bytes into responses, one after another. Pure: without socket and clock.
///
/// We are strict in what we send; here only what has no meaning is an error. A line may end in LF only, the status line
/// without a reason and the space before it; fields that say nothing about the end of the response are ignored. Interim
/// responses and the header are limited, so that no server is read forever.
class response_reader {
public:
    enum class progress : std::uint8_t {
        need_more, ///< read more bytes, then advance again
        complete,
        malformed, ///< the connection cannot be used any more; `error` says why
    };

    /// Keeps this many bytes of a body; with 0 `error` quotes nothing of the response either.
    explicit response_reader(std::size_t keep_body = 0);
    response_reader(const response_reader&) = delete;
    response_reader& operator=(const response_reader&) = delete;
    ~response_reader() = default;

    /// Before each request: the response to a HEAD has no body, whatever its header says (RFC 9112 section 6.3).
    void expect(bool head_request);

    /// The buffer for the next bytes; never empty while more are needed. `filled` says how many were read.
    std::span<char> room();
    void filled(std::size_t count);
    progress advance();
    /// The server has closed the connection: whether this response ends that way.
    bool ends_here();

    /// Whether any byte of this response has arrived.
    bool begun() const { return begun_; }
    /// Whether the header is complete, so that the status is known, whatever happens to the body.
    bool has_header() const { return has_header_; }
    /// What is wrong with a malformed response.
    const std::string& error() const { return error_; }
    // Once the header is complete:
    unsigned status() const { return status_; }
    const std::string& retry_after() const { return retry_after_; }
    /// As much as was received and is kept.
    std::string take_body() { return std::exchange(body_, {}); }
    /// Whether the body was longer than what is kept.
    bool body_was_cut() const { return body_was_cut_; }
    /// Whether another request may follow: the response is complete, the server agrees, and sent nothing after it.
    bool keep_alive() const { return part_ == part::done && persistent_ && begin_ == end_; }

private:
    enum class part : std::uint8_t {
        status_line,
        fields,
        sized_body,
        body_to_end,
        chunk_size,
        chunk_data,
        chunk_end,
        trailers,
        done,
        broken,
    };

    void begin_header();
    bool take_line();
    void take_body_bytes();
    void handle(std::string_view line);
    void on_status_line(std::string_view line);
    void on_field(std::string_view line);
    void on_content_length(std::string_view value);
    void on_header_end();
    void on_chunk_size(std::string_view line);
    void go_to(part next);
    void fail(std::string what);

    std::unique_ptr<char[]> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    const std::size_t keep_body_;
    bool head_request_ = false;

    part part_ = part::status_line;
    std::string line_;           // the current line, up to the limit of a line
    std::size_t line_bytes_ = 0; // of the header, the trailers, or the line of a chunk, so far
    unsigned interims_ = 0;
    bool begun_ = false;
    bool has_header_ = false;
    bool persistent_ = false;
    bool chunked_ = false;
    bool in_framing_ = false; // the previous field was about the end of the response
    std::optional<std::uint64_t> length_;
    std::uint64_t left_ = 0;    // left of the body, or of its chunk
    std::string framing_error_; // the header is complete nevertheless
    std::string error_;
    unsigned status_ = 0;
    std::string retry_after_;
    std::string body_;
    bool body_was_cut_ = false;
};

} // namespace hookd::http
