#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace hookd::http {

/// Turns a connection's bytes into answers, one after another. Pure: it knows no socket and no clock.
class response_reader {
public:
    enum class progress : std::uint8_t {
        need_more, ///< read more bytes, then advance again
        complete,
        malformed, ///< the connection is of no more use
    };

    /// Keeps so many bytes of a body.
    explicit response_reader(std::size_t keep_body = 0);
    response_reader(const response_reader&) = delete;
    response_reader& operator=(const response_reader&) = delete;
    ~response_reader();

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
    // Of a complete answer.
    unsigned status() const;
    std::string take_body() { return std::move(body_); }
    const std::string& retry_after() const;
    /// Whether another request may follow: the server agrees, and sent nothing that was not asked for.
    bool keep_alive() const;

private:
    class parser;

    void next_header();

    std::unique_ptr<char[]> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool begun_ = false;
    bool head_request_ = false;
    unsigned interim_ = 0;
    const std::size_t keep_body_;
    std::string body_;
    std::unique_ptr<parser> parser_;
};

} // namespace hookd::http
