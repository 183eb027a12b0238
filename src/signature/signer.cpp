// SPDX-License-Identifier: MIT
#include "signature/content.hpp"
#include "signature/ed25519.hpp"
#include "signature/hmac.hpp"
#include "signature/key_text.hpp"

#include <hookd/signature/signer.hpp>

#include <stdexcept>
#include <variant>

namespace hookd::signature {

struct signer::state {
    std::variant<hmac, ed25519_signer> key;
    std::string joined;
};

namespace {

template <class Text>
std::string to_entry(std::string_view version, const std::optional<Text>& signature) {
    if (!signature) {
        throw std::runtime_error("OpenSSL cannot sign");
    }
    return std::string(version).append(1, ',').append(signature->data(), signature->size());
}

} // namespace

signer::signer(std::unique_ptr<state> own) : state_(std::move(own)) {}
signer::signer(signer&&) noexcept = default;
signer& signer::operator=(signer&&) noexcept = default;
signer::~signer() = default;

result<signer> signer::parse(std::string_view text) {
    const auto read = read_key_text(text);
    if (!read) {
        return std::unexpected(read.error());
    }
    const auto bytes = read->bytes.bytes();
    if (read->form == key_form::public_key) {
        return std::unexpected(error{"a public key (whpk_…) cannot sign: use the secret (whsec_…) or the private key "
                                     "(whsk_…)"});
    }
    if (read->form == key_form::shared) {
        return signer(std::make_unique<state>(state{.key = hmac(bytes), .joined = {}}));
    }
    if (bytes.size() != ed25519_private_size) {
        return std::unexpected(error{"the private key (whsk_…) has " + std::to_string(bytes.size()) +
                                     " bytes, but must have 64 (the seed and the public key): copy it whole"});
    }
    auto key = ed25519_signer::create(bytes.first<ed25519_private_size>());
    if (!key) {
        return std::unexpected(error{"the private key (whsk_…) does not end in its own public key: copy it again"});
    }
    return signer(std::make_unique<state>(state{.key = std::move(*key), .joined = {}}));
}

scheme signer::kind() const {
    return std::holds_alternative<hmac>(state_->key) ? scheme::v1 : scheme::v1a;
}

std::string signer::sign(std::string_view id, std::string_view timestamp, std::string_view body) {
    const content what{.id = id, .timestamp = timestamp, .body = body};
    if (auto* const shared = std::get_if<hmac>(&state_->key)) {
        return to_entry(v1, shared->sign(what));
    }
    what.join(state_->joined);
    return to_entry(v1a, std::get<ed25519_signer>(state_->key).sign(state_->joined));
}

std::array<header_field, 3> message_headers::fields(bool unbranded) const {
    return {{{unbranded ? "webhook-id" : "svix-id", id},
             {unbranded ? "webhook-timestamp" : "svix-timestamp", timestamp},
             {unbranded ? "webhook-signature" : "svix-signature", signature}}};
}

message_headers sign_message(std::span<signer> keys, std::string_view id, unix_seconds at, std::string_view body) {
    message_headers made{
        .id = std::string(id), .timestamp = std::to_string(at.time_since_epoch().count()), .signature = {}};
    for (signer& key : keys) {
        if (!made.signature.empty()) {
            made.signature += ' ';
        }
        made.signature += key.sign(id, made.timestamp, body);
    }
    return made;
}

} // namespace hookd::signature
