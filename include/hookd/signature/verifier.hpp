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

/// Why a message is not authentic; for logs and metrics, never for the sender. Tested in this order, the cheap before
/// the dear: a stale message costs no HMAC. So `too_old` and `too_new` mean that the form is right, not that the
/// signature is; `explain` looks further.
enum class verdict : std::uint8_t {
    authentic,
    missing_header,  ///< no family with all three headers, each non-empty
    repeated_header, ///< one of the chosen family's headers comes twice
    bad_id,          ///< not 1..256 visible ASCII characters without "."
    bad_timestamp,   ///< not canonical decimal digits
    bad_signature,   ///< header longer than 8 KiB, or no entry of a version and length that a key could match
    too_old,         ///< before now - tolerance
    too_new,         ///< after now + tolerance
    wrong_signature, ///< entries there are, none matches any key
};

/// `wrong_signature` and so on: the names logs and metrics use.
std::string_view to_text(verdict what);

/// The three headers of the family that counts, as views into the request.
struct signed_headers {
    bool unbranded = false; ///< webhook-*, not svix-*.
    std::string_view id;
    std::string_view timestamp;
    std::string_view signature;
};

struct verification {
    verdict what = verdict::missing_header;
    signed_headers headers; ///< What was found, also for a refused message; `id` is set only when it is well-formed.
};

/// The tolerance that switches the clock off: any well-formed timestamp will do.
constexpr std::chrono::seconds any_time = std::chrono::seconds::max();

/// Checks messages against any number of keys (Standard Webhooks 1.0.0, strictly). Keys are set up once, here. Not
/// thread-safe: one a thread.
class verifier {
public:
    /// The keys are copied into OpenSSL's memory, which cleanses them when freed. A message exactly `tolerance` old or
    /// early is still good. Throws std::runtime_error for a key that key::parse would refuse, and where OpenSSL refuses
    /// to work at all.
    verifier(std::span<const key> keys, std::chrono::seconds tolerance);
    verifier(const verifier&) = delete;
    verifier& operator=(const verifier&) = delete;
    verifier(verifier&&) noexcept;
    verifier& operator=(verifier&&) noexcept;
    ~verifier();

    /// Never throws on any input. Takes one pass over the body for each secret, and one for each public key and v1a
    /// entry; of these 11 are tried. All of the signature's comparisons take constant time. Fields must have no white
    /// space around their values.
    verification verify(std::span<const header_field> fields, std::string_view body, unix_seconds now);

    /// How many bytes verifying a message with a body of this size hashes at most, or as long as it takes to hash so
    /// many; 512 KiB take about a millisecond.
    std::uint64_t most_work(std::span<const header_field> fields, std::size_t body) const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace hookd::signature
