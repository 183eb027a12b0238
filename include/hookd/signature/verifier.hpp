// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/http_message.hpp>
#include <hookd/core/time.hpp>
#include <hookd/signature/key.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace hookd::signature {

/// Why a message is not authentic; for logs and metrics, never for the sender. Checked in this order, the cheap checks
/// first: a stale message costs no HMAC. So `too_old` and `too_new` mean that the form is correct, but say nothing
/// about the signature; `explain` checks more.
enum class verdict : std::uint8_t {
    authentic,
    missing_header,  ///< no family has all three headers, each non-empty
    repeated_header, ///< a header of the chosen family comes twice
    bad_id,          ///< not 1..256 visible ASCII characters without "."
    bad_timestamp,   ///< not canonical decimal digits
    bad_signature,   ///< header longer than 8 KiB, or no entry of a version and length that a key could match
    too_old,         ///< before now - tolerance
    too_new,         ///< after now + tolerance
    wrong_signature, ///< no entry matches any key
};

/// `wrong_signature` and so on: the names in logs and metrics.
std::string_view to_text(verdict what);

/// The three headers of the chosen family, as views into the request.
struct signed_headers {
    bool unbranded = false; ///< webhook-*, not svix-*.
    std::string_view id;
    std::string_view timestamp;
    std::string_view signature;
};

struct verification {
    verdict what = verdict::missing_header;
    signed_headers headers; ///< The headers, also of a rejected message; `id` is set only if it is well-formed.
};

/// The tolerance that disables the check of the time: any well-formed timestamp is accepted.
constexpr std::chrono::seconds any_time = std::chrono::seconds::max();

/// Verifies messages with any number of keys (Standard Webhooks 1.0.0, strictly). Keys are set up once. Not
/// thread-safe: one per thread.
class verifier {
public:
    /// The keys are copied into OpenSSL's memory, which is overwritten when freed. A message exactly `tolerance` old or
    /// early is still valid. Throws std::runtime_error for a key that key::parse would not accept, and if OpenSSL does
    /// not work.
    verifier(std::span<const key> keys, std::chrono::seconds tolerance);
    verifier(const verifier&) = delete;
    verifier& operator=(const verifier&) = delete;
    verifier(verifier&&) noexcept;
    verifier& operator=(verifier&&) noexcept;
    ~verifier();

    /// Never throws. Takes one pass over the body for each secret, and one for each public key and v1a entry, of which
    /// the first 11 are tried. All comparisons of signatures take constant time. Fields must have no white space around
    /// their values.
    verification verify(std::span<const header_field> fields, std::string_view body, unix_seconds now);

    /// The cost of verifying a message with a body of this size at most, in bytes to hash (other work counts as the
    /// bytes that take as long); 512 KiB take about a millisecond.
    std::uint64_t most_work(std::span<const header_field> fields, std::size_t body) const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace hookd::signature
