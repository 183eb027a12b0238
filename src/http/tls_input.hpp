// SPDX-License-Identifier: MIT
#pragma once

#include "http/client_hello_limit.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hookd::http {

/// A peer's bytes on their way to OpenSSL, which gets them as whole records, one after another. OpenSSL alone would
/// - read on within one call for as long as records without application data come (KeyUpdate, RFC 8446 section 4.6.3;
///   a ClientHello in TLS 1.2; alerts), so that one peer holds the thread and no deadline is looked at;
/// - hold a buffer for the largest record for as long as the end of any record is missing;
/// - make room for whatever a ClientHello announces (`client_hello_limit`).
/// So records without application data are counted, and the rest of a record is held here, in as many bytes as came.
/// Pure: it knows no socket. While OpenSSL works the bytes are in a buffer that all connections of the thread share.
class tls_input {
public:
    enum class error : std::uint8_t {
        none,
        no_tls,           ///< what came is no TLS record: OpenSSL is given its first bytes and names it
        record_too_long,  ///< longer than any may be, or than a client's in its handshake need be
        too_many_records, ///< without application data
        client_hello_too_long,
    };
    /// Of either part of a connection: its handshake, and all that follows. Handshakes take some ten at most.
    static constexpr unsigned most_records_without_data = 32;

    /// A server's limits of a handshake are tighter than those of a client, which gets certificates.
    explicit tls_input(bool server) : hello_done_{!server}, largest_{server ? largest_in_handshake : largest_record} {}

    tls_input(const tls_input&) = delete;
    tls_input& operator=(const tls_input&) = delete;

    /// Where the next bytes from the socket go; never empty. `filled` says how many came, and whether what was written
    /// to the peer has been a hello that is older than TLS 1.3 (see `client_hello_limit`).
    std::span<std::uint8_t> room();
    void filled(std::size_t count, bool no_second_hello);
    /// The next bytes of a whole record; 0: none is here, or `why` says that none will be given.
    std::size_t take(std::span<std::uint8_t> out);
    error why() const { return error_; }
    /// OpenSSL is done for now: the thread's buffer goes to the next connection.
    void park();

    /// What was taken last held application data.
    void data_came();
    void handshake_done();

    /// Whether `take` has something to give or to refuse.
    bool ready() const;
    std::size_t memory() const { return held_.capacity(); }
    /// Whether the peer has sent anything.
    bool begun() const { return begun_; }

private:
    static constexpr std::size_t record_header = 5;                               // RFC 8446 section 5.1
    static constexpr std::size_t largest_record = (std::size_t{16} << 10U) + 256; // its section 5.2
    static constexpr std::size_t largest_in_handshake = client_hello_limit::largest_hello + 256;

    bool is_tls() const { return unread_[1] == 3; } // the version's first byte, of every version there is
    std::size_t length() const { return static_cast<std::size_t>(unread_[3]) << 8U | unread_[4]; }
    static std::span<std::uint8_t> arriving();

    std::vector<std::uint8_t> held_;
    std::span<const std::uint8_t> unread_; // in `held_`, or, while OpenSSL works, in `arriving`
    std::size_t rest_ = 0;                 // of the record that is being taken
    client_hello_limit hello_;
    bool hello_done_;
    std::size_t largest_;
    unsigned without_data_ = 0;
    bool lent_ = false; // `unread_` is in `arriving`
    bool begun_ = false;
    error error_ = error::none;
};

} // namespace hookd::http
