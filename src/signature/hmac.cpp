// SPDX-License-Identifier: MIT
#include "signature/hmac.hpp"

#include "signature/openssl_ptr.hpp"

#include <hookd/core/base64.hpp>
#include <hookd/core/secret.hpp>

#include <openssl/evp.h>

#include <algorithm>

namespace hookd::signature {

namespace {

constexpr std::size_t block_size = 64; // SHA-256's (RFC 2104)
constexpr unsigned char inner_pad = 0x36;
constexpr unsigned char outer_pad = 0x5c;

using digest_context = openssl_ptr<EVP_MD_CTX, EVP_MD_CTX_free>;
using block = std::array<unsigned char, block_size>;
using code = std::array<unsigned char, 32>;

bool update(EVP_MD_CTX* context, std::string_view piece) {
    return EVP_DigestUpdate(context, piece.data(), piece.size()) == 1;
}

digest_context made() {
    return digest_context{required(EVP_MD_CTX_new(), "digest context")};
}

/// A key longer than a block is replaced by its digest.
block block_of(std::span<const std::byte> key) {
    block padded{};
    if (key.size() > block_size) {
        EVP_Digest(key.data(), key.size(), padded.data(), nullptr, EVP_sha256(), nullptr);
    } else {
        std::ranges::transform(key, padded.begin(), [](std::byte each) { return static_cast<unsigned char>(each); });
    }
    return padded;
}

digest_context begun_with(block key, unsigned char pad) {
    for (auto& each : key) {
        each ^= pad;
    }
    auto context = made();
    const bool done = EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1 &&
                      EVP_DigestUpdate(context.get(), key.data(), key.size()) == 1;
    cleanse(std::as_writable_bytes(std::span(key)));
    if (!done) {
        throw std::runtime_error("OpenSSL cannot compute HMAC-SHA256");
    }
    return context;
}

} // namespace

/// The digest's state after either padded key, and a copy to continue with: OpenSSL's own HMAC would keep the key
/// itself, in memory that core dumps contain.
struct hmac::state {
    digest_context inner;
    digest_context outer;
    digest_context work = made();
};

hmac::hmac(std::span<const std::byte> key) : state_(std::make_unique<state>()) {
    if (key.empty()) {
        throw std::runtime_error("the HMAC key is empty");
    }
    const error_queue_guard guard;
    block padded = block_of(key);
    state_->inner = begun_with(padded, inner_pad);
    state_->outer = begun_with(padded, outer_pad);
    cleanse(std::as_writable_bytes(std::span(padded)));
}

hmac::hmac(hmac&&) noexcept = default;
hmac& hmac::operator=(hmac&&) noexcept = default;
hmac::~hmac() = default;

std::optional<v1_text> hmac::sign(const content& what) {
    const error_queue_guard guard;
    code inside{};
    code outside{};
    EVP_MD_CTX* const work = state_->work.get();
    if (EVP_MD_CTX_copy_ex(work, state_->inner.get()) != 1 || !update(work, what.id) || !update(work, ".") ||
        !update(work, what.timestamp) || !update(work, ".") || !update(work, what.body) ||
        EVP_DigestFinal_ex(work, inside.data(), nullptr) != 1 || EVP_MD_CTX_copy_ex(work, state_->outer.get()) != 1 ||
        EVP_DigestUpdate(work, inside.data(), inside.size()) != 1 ||
        EVP_DigestFinal_ex(work, outside.data(), nullptr) != 1) {
        return std::nullopt;
    }
    v1_text text{};
    base64::encode(std::as_bytes(std::span(outside)), text.data());
    cleanse(std::as_writable_bytes(std::span(outside)));
    return text;
}

} // namespace hookd::signature
