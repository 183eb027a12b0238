// SPDX-License-Identifier: MIT
#pragma once

#include "http/transport/client_hello_limit.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hookd::http {

/// Passes a peer's bytes to OpenSSL as whole records, one after another. OpenSSL alone would
/// - continue within one call as long as records without application data come (KeyUpdate, RFC 8446 section 4.6.3; a
///   ClientHello in TLS 1.2; alerts), so that one peer blocks the thread and no deadline is checked;
/// - keep a buffer for the largest record while the end of any record is missing;
/// - allocate everything that a ClientHello announces (`client_hello_limit`).
/// So records without application data are counted, and partial records are kept here, in as many bytes as were
/// received. Pure: without socket. While OpenSSL works, the bytes are in a buffer that all connections of the thread
/// share.
class tls_input {
public:
    enum class error : std::uint8_t {
        none,
        no_tls,           ///< not a TLS record: OpenSSL gets its first bytes and reports the error
        record_too_long,  ///< longer than allowed, or than necessary for a client in its handshake
        too_many_records, ///< without application data
        client_hello_too_long,
    };
    /// The limit for the handshake, and again for the rest of a connection. Handshakes need about ten at most.
    static constexpr unsigned most_records_without_data = 32;

    /// A server's limits for a handshake are lower than those of a client, which receives certificates.
    explicit tls_input(bool server) : hello_done_{!server}, largest_{server ? largest_in_handshake : largest_record} {}

    tls_input(const tls_input&) = delete;
    tls_input& operator=(const tls_input&) = delete;
    ~tls_input() = default;

    /// The buffer for the next bytes from the socket; never empty. `filled` says how many were read, and whether the
    /// data written to the peer was a ServerHello before TLS 1.3 (see `client_hello_limit`).
    std::span<std::uint8_t> room();
    void filled(std::size_t count, bool no_second_hello);
    /// The next bytes of a whole record; 0 if there is none, or `why` says that there will be none.
    std::size_t take(std::span<std::uint8_t> out);
    error why() const { return error_; }
    /// OpenSSL is done for now: other connections may use the thread's buffer.
    void park();

    /// The last record had application data.
    void data_came();
    void handshake_done();

    /// Whether `take` has something to return or to reject.
    bool ready() const;
    std::size_t memory() const { return held_.capacity(); }
    /// Whether the peer has sent anything.
    bool begun() const { return begun_; }

private:
    static constexpr std::size_t record_header = 5;                               // RFC 8446 section 5.1
    static constexpr std::size_t largest_record = (std::size_t{16} << 10U) + 256; // its section 5.2
    static constexpr std::size_t largest_in_handshake = client_hello_limit::largest_hello + 256;

    bool is_tls() const { return unread_[1] == 3; } // the first byte of all versions
    std::size_t length() const { return static_cast<std::size_t>(unread_[3]) << 8U | unread_[4]; }
    static std::span<std::uint8_t> arriving();

    std::vector<std::uint8_t> held_;
    std::span<const std::uint8_t> unread_; // in `held_`, or, while OpenSSL works, in `arriving`
    std::size_t rest_ = 0;                 // of the record that is being passed
    client_hello_limit hello_;
    bool hello_done_;
    std::size_t largest_;
    unsigned without_data_ = 0;
    bool lent_ = false; // `unread_` is in `arriving`
    bool begun_ = false;
    error error_ = error::none;
};

} // namespace hookd::http
