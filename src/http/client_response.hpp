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

/// Turns a connection's bytes into answers, one after another. Pure: it knows no socket and no clock.
///
/// Strict is what we send; here nothing is refused but what has no meaning. A line may end in LF alone, the status line
/// without a reason and the space before it; a field that says nothing about the answer's end is passed over, whatever
/// it holds. Interim answers and the header are bounded in all, so that no server is read for ever.
class response_reader {
public:
    enum class progress : std::uint8_t {
        need_more, ///< read more bytes, then advance again
        complete,
        malformed, ///< the connection is of no more use; `error` says why
    };

    /// Keeps so many bytes of a body; with 0 `error` quotes nothing of what came either.
    explicit response_reader(std::size_t keep_body = 0);
    response_reader(const response_reader&) = delete;
    response_reader& operator=(const response_reader&) = delete;
    ~response_reader() = default;

    /// Before each request: the answer to a HEAD has no body, whatever its header says (RFC 9112 section 6.3).
    void expect(bool head_request);

    /// Where the next bytes go; never empty while more are needed. `filled` says how many came.
    std::span<char> room();
    void filled(std::size_t count);
    progress advance();
    /// The server has closed: whether that is how this answer ends.
    bool ends_here();

    /// Whether any byte of this answer has come.
    bool begun() const { return begun_; }
    /// Whether the header has come, so that the status is known, whatever becomes of the body.
    bool has_header() const { return has_header_; }
    /// What is wrong with a malformed answer.
    const std::string& error() const { return error_; }
    // Once the header has come.
    unsigned status() const { return status_; }
    const std::string& retry_after() const { return retry_after_; }
    /// As much as has come and is kept.
    std::string take_body() { return std::move(body_); }
    /// Whether there was more of the body than is kept.
    bool body_was_cut() const { return body_was_cut_; }
    /// Whether another request may follow: the answer is complete, the server agrees, and sent nothing that was not
    /// asked for.
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
    std::string line_;           // of the line that has begun, as much as any line is worth
    std::size_t line_bytes_ = 0; // of the header, the trailers, or a chunk's line, so far
    unsigned interims_ = 0;
    bool begun_ = false;
    bool has_header_ = false;
    bool persistent_ = false;
    bool chunked_ = false;
    bool in_framing_ = false; // the field before was about the answer's end
    std::optional<std::uint64_t> length_;
    std::uint64_t left_ = 0;    // of the body, or of its chunk
    std::string framing_error_; // the header is complete all the same
    std::string error_;
    unsigned status_ = 0;
    std::string retry_after_;
    std::string body_;
    bool body_was_cut_ = false;
};

} // namespace hookd::http
