// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/core/time.hpp>
#include <hookd/signature/key.hpp>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hookd::signature {

/// Signs messages like the sender: for `send` and for tests. The key is set up once. Not thread-safe.
class signer {
public:
    /// `whsec_` or no prefix + base64: v1. `whsk_` + base64 of an Ed25519 seed and its public key: v1a. Errors never
    /// quote the text. Throws std::runtime_error if OpenSSL does not work.
    static result<signer> parse(std::string_view text);
    signer(const signer&) = delete;
    signer& operator=(const signer&) = delete;
    signer(signer&&) noexcept;
    signer& operator=(signer&&) noexcept;
    ~signer();

    scheme kind() const;

    /// The entry of the signature header: `v1,…` or `v1a,…`. Signs anything, including ids and timestamps that a
    /// verifier rejects. Throws std::runtime_error if OpenSSL fails.
    std::string sign(std::string_view id, std::string_view timestamp, std::string_view body);

private:
    struct state;
    explicit signer(std::unique_ptr<state> own);
    std::unique_ptr<state> state_;
};

/// The values of a message's three headers.
struct message_headers {
    std::string id;
    std::string timestamp;
    std::string signature;

    /// As header fields of the svix-* or the webhook-* family; the views live as long as this object.
    std::array<header_field, 3> fields(bool unbranded = false) const;
};

/// Signs with every key, like a sender during a rotation.
message_headers sign_message(std::span<signer> keys, std::string_view id, unix_seconds at, std::string_view body);

} // namespace hookd::signature
