// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/byte_size.hpp>
#include <hookd/core/time.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace hookd {

/// No event has a larger body: the maximum of `server.max_body`.
inline constexpr byte_size largest_max_body{1U << 28U};

/// An authentic message, as the journal stores it and every sink receives it.
struct event {
    std::uint64_t sequence = 0; ///< Place in the journal, from 1, never reused; 0 until the journal has assigned it.
    std::string endpoint;       ///< Name of the endpoint that received it.
    std::string id;             ///< Message id: 1..256 visible ASCII characters without "."; the same in every retry.
    std::string type;           ///< `upsert.success`, …; `unknown` if the body has none.
    std::string collection;     ///< ColiVara's collection_name; any UTF-8; empty if the body has none.
    std::string document; ///< ColiVara's document name; any UTF-8, chosen by the uploader; empty if the body has none.
    unix_millis accepted{};    ///< When it was accepted.
    std::string peer;          ///< The client's address, after trusted proxies.
    bool unbranded = false;    ///< The signature headers were webhook-*, not svix-*.
    std::string timestamp;     ///< The timestamp header of the signature, as received.
    std::string signature;     ///< The signature header, as received.
    std::string traceparent{}; ///< The W3C trace that its request was part of, as received and well-formed; or empty.
    bool json = false;         ///< The body is a well-formed JSON text.
    std::string body;          ///< Exactly the bytes that were signed.

    /// The CloudEvents subject: `collection/document`, or the one that is set; empty if neither is.
    std::string subject() const;
};

/// Events are shared between sinks and never change once they are in the journal.
using event_ptr = std::shared_ptr<const event>;

} // namespace hookd
