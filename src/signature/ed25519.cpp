// SPDX-License-Identifier: MIT
#include "signature/ed25519.hpp"

#include "signature/openssl_ptr.hpp"

#include <hookd/core/base64.hpp>

#include <openssl/evp.h>

#include <algorithm>

namespace hookd::signature {

namespace {

using key_ptr = openssl_ptr<EVP_PKEY, EVP_PKEY_free>;
using digest_context_ptr = openssl_ptr<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::size_t signature_size = 64;
using signature_bytes = std::array<unsigned char, signature_size>;

const unsigned char* as_unsigned(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

const unsigned char* as_unsigned(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

struct ed25519_verifier::state {
    key_ptr key;
    digest_context_ptr context;
};

ed25519_verifier::ed25519_verifier(std::span<const std::byte> public_key) : state_(std::make_unique<state>()) {
    const error_queue_guard guard;
    state_->key.reset(required(
        EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, as_unsigned(public_key), public_key.size()),
        "Ed25519, or the public key is invalid"));
    state_->context.reset(required(EVP_MD_CTX_new(), "memory"));
}

ed25519_verifier::ed25519_verifier(ed25519_verifier&&) noexcept = default;
ed25519_verifier& ed25519_verifier::operator=(ed25519_verifier&&) noexcept = default;
ed25519_verifier::~ed25519_verifier() = default;

bool ed25519_verifier::verifies(std::string_view signature, std::string_view message) {
    const error_queue_guard guard;
    signature_bytes bytes{};
    if (!base64::decode(signature, std::as_writable_bytes(std::span(bytes)))) {
        return false;
    }
    // A context can be used for one verification only: newer releases of OpenSSL do not allow a second.
    EVP_MD_CTX* context = state_->context.get();
    return EVP_MD_CTX_reset(context) == 1 &&
           EVP_DigestVerifyInit_ex(context, nullptr, nullptr, nullptr, nullptr, state_->key.get(), nullptr) == 1 &&
           EVP_DigestVerify(context, bytes.data(), bytes.size(), as_unsigned(message), message.size()) == 1;
}

struct ed25519_signer::state {
    key_ptr key;
    digest_context_ptr context;
};

std::optional<ed25519_signer> ed25519_signer::create(std::span<const std::byte, ed25519_private_size> seed_and_public) {
    const error_queue_guard guard;
    const auto seed = seed_and_public.first<ed25519_private_size - ed25519_public_size>();
    const auto claimed = seed_and_public.last<ed25519_public_size>();
    auto own = std::make_unique<state>();
    own->key.reset(required(
        EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, as_unsigned(seed), seed.size()), "Ed25519"));
    own->context.reset(required(EVP_MD_CTX_new(), "memory"));
    std::array<unsigned char, ed25519_public_size> derived{};
    std::size_t size = derived.size();
    if (EVP_PKEY_get_raw_public_key(own->key.get(), derived.data(), &size) != 1 ||
        !std::ranges::equal(std::as_bytes(std::span(derived)), claimed)) {
        return std::nullopt;
    }
    return ed25519_signer(std::move(own));
}

ed25519_signer::ed25519_signer(std::unique_ptr<state> own) : state_(std::move(own)) {}
ed25519_signer::ed25519_signer(ed25519_signer&&) noexcept = default;
ed25519_signer& ed25519_signer::operator=(ed25519_signer&&) noexcept = default;
ed25519_signer::~ed25519_signer() = default;

std::optional<v1a_text> ed25519_signer::sign(std::string_view message) {
    const error_queue_guard guard;
    signature_bytes bytes{};
    std::size_t size = bytes.size();
    EVP_MD_CTX* context = state_->context.get();
    if (EVP_MD_CTX_reset(context) != 1 ||
        EVP_DigestSignInit_ex(context, nullptr, nullptr, nullptr, nullptr, state_->key.get(), nullptr) != 1 ||
        EVP_DigestSign(context, bytes.data(), &size, as_unsigned(message), message.size()) != 1 ||
        size != bytes.size()) {
        return std::nullopt;
    }
    v1a_text text{};
    base64::encode(std::as_bytes(std::span(bytes)), text.data());
    return text;
}

} // namespace hookd::signature
