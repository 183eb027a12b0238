// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace hookd {

/// One authentic message, as the journal keeps it and every sink gets it.
struct event {
    std::uint64_t sequence = 0; ///< Place in the journal, from 1, never reused; 0 until the journal has given it one.
    std::string endpoint;       ///< Name of the endpoint it came to.
    std::string id;             ///< Message id: 1..256 visible ASCII characters without "."; the same in every retry.
    std::string type;           ///< `upsert.success`, …; `unknown` where the body does not say.
    std::string collection;     ///< ColiVara's collection_name; any UTF-8; empty where the body has none.
    std::string document;       ///< ColiVara's document name; any UTF-8, from whoever uploads; empty likewise.
    unix_millis accepted{};     ///< When it was accepted.
    std::string peer;           ///< The client's address, after trusted proxies.
    bool unbranded = false;     ///< The signature headers were webhook-*, not svix-*.
    std::string timestamp;      ///< The signature's timestamp header, as it came.
    std::string signature;      ///< The signature header, as it came.
    bool json = false;          ///< The body is one well-formed JSON text.
    std::string body;           ///< The very bytes that were signed.

    /// CloudEvents' subject: `collection/document`, whichever of them there are; empty with neither.
    std::string subject() const;
};

/// Events are shared between sinks and never changed once the journal has them.
using event_ptr = std::shared_ptr<const event>;

} // namespace hookd
