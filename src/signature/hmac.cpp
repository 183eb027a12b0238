#include "signature/hmac.hpp"

#include "signature/base64.hpp"
#include "signature/openssl_ptr.hpp"

#include <hookd/core/secret.hpp>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace hookd::signature {

namespace {

using mac_ptr = openssl_ptr<EVP_MAC, EVP_MAC_free>;
using mac_context_ptr = openssl_ptr<EVP_MAC_CTX, EVP_MAC_CTX_free>;

bool update(EVP_MAC_CTX* context, std::string_view piece) {
    return EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(piece.data()), piece.size()) == 1;
}

} // namespace

struct hmac::state {
    mac_context_ptr context;
};

hmac::hmac(std::span<const std::byte> key) : state_(std::make_unique<state>()) {
    if (key.empty()) {
        throw std::runtime_error("an HMAC key without bytes");
    }
    const error_queue_guard guard;
    const mac_ptr algorithm(required(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "HMAC"));
    state_->context.reset(required(EVP_MAC_CTX_new(algorithm.get()), "HMAC context"));
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    if (EVP_MAC_init(state_->context.get(), bytes, key.size(), parameters) != 1) {
        throw std::runtime_error("OpenSSL refuses HMAC-SHA256");
    }
}

hmac::hmac(hmac&&) noexcept = default;
hmac& hmac::operator=(hmac&&) noexcept = default;
hmac::~hmac() = default;

std::optional<v1_text> hmac::sign(const content& what) {
    const error_queue_guard guard;
    std::array<unsigned char, 32> code{};
    std::size_t size = 0;
    EVP_MAC_CTX* context = state_->context.get();
    // Without a key, init goes back to the state after the key schedule.
    if (EVP_MAC_init(context, nullptr, 0, nullptr) != 1 || !update(context, what.id) || !update(context, ".") ||
        !update(context, what.timestamp) || !update(context, ".") || !update(context, what.body) ||
        EVP_MAC_final(context, code.data(), &size, code.size()) != 1 || size != code.size()) {
        return std::nullopt;
    }
    v1_text text{};
    base64::encode(std::as_bytes(std::span(code)), text.data());
    cleanse(std::as_writable_bytes(std::span(code)));
    return text;
}

} // namespace hookd::signature
