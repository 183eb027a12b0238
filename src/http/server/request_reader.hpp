// SPDX-License-Identifier: MIT
#pragma once

#include "http/server/head_scanner.hpp"
#include "http/server/request_policy.hpp"

#include <hookd/core/http_message.hpp>
#include <hookd/http/server/settings.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::http {

/// Turns a connection's bytes into requests, one after another. Pure: bytes in, requests or a rejection out; without
/// socket and clock. After a rejection the connection must be closed: where the next request begins is unknown, or not
/// to be trusted.
class request_reader {
public:
    enum class progress : std::uint8_t {
        need_more, ///< read more bytes, then advance again
        head,      ///< the header is complete and valid (returned once); advance again for the body
        complete,  ///< the request is complete
        refused,
    };
    struct refusal {
        unsigned status = 0;
        std::string_view reason;
    };

    explicit request_reader(const server_settings& limits, leniency allowed = leniency::none);
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;
    ~request_reader();

    /// Only between requests, before any byte of the next one is parsed.
    void limit(const server_settings& limits);

    /// The buffer for the next bytes from the peer; never empty while more are needed. `filled` says how many were
    /// read.
    std::span<char> room();
    void filled(std::size_t count);

    progress advance();
    /// Drops the request, keeps the bytes after it.
    void next();
    /// After a rejection: frees everything except the header.
    void drop();

    /// Whether any byte of the next request has arrived.
    bool begun() const { return scanned_ > 0 || end_ > begin_; }
    /// From `head` on: everything except the body; from `complete` on also the body. The caller sets the client.
    request& current() { return request_; }
    refusal why() const { return refusal_; }

    bool has_body() const; ///< The header announces one that is not empty.
    bool body_begun() const {
        return end_ > begin_ || !body_.empty();
    } ///< After `head`: some of it has already arrived.
    bool wants_continue() const; ///< RFC 9110 section 10.1.1
    bool keep_alive() const;     ///< RFC 9112 section 9.3
    /// For records, after a rejection, too: what has arrived of the header, and of the decoded body.
    std::size_t header_bytes() const { return head_.empty() ? scanned_ : head_.size(); }
    std::size_t body_bytes() const { return body_.size() + dropped_; }
    bool whole() const;          ///< The whole body has arrived and was not dropped.
    std::size_t memory() const;  ///< The size of this connection's buffers in bytes.
    std::size_t lacking() const; ///< Bytes that the rest of an announced body will need in addition to `memory`.
    void take_lacking();

private:
    class parser;

    progress scan_head();
    progress parse_head();
    progress read_body();
    progress refuse(unsigned status, std::string_view reason);
    std::string_view body_too_large() const;
    std::size_t announced() const;

    void find_host();

    const leniency allowed_;
    std::size_t max_header_;
    std::uint64_t max_body_;

    std::vector<char> buffer_; // bytes from the peer; [begin_, end_) is not consumed yet
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t scanned_ = 0;
    head_scanner scanner_;

    std::string head_; // the header's bytes: the request's views point into it
    std::vector<header_field> fields_;
    std::string body_;
    std::size_t dropped_ = 0; // bytes of the body
    std::unique_ptr<parser> parser_;
    request request_;
    refusal refusal_;
};

} // namespace hookd::http
