// SPDX-License-Identifier: MIT
#include "http/server/tls_context.hpp"

#include "http/server/certificate_doubts.hpp"

#include <hookd/core/failpoint.hpp>
#include <hookd/core/secret.hpp>
#include <hookd/http/server/server.hpp>
#include <hookd/http/transport/pem_file.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string_view>
#include <sys/stat.h>

namespace hookd::http {

namespace {

constexpr const char* tls12_ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                      "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                      "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* tls13_ciphers = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* groups = "X25519:P-256:P-384";

/// RFC 7301: http/1.1, or a no_application_protocol alert for a client that supports only other protocols.
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_length,
                    const unsigned char* offered, unsigned int offered_length, void* /*unused*/) {
    constexpr std::string_view wanted = "http/1.1";
    for (unsigned int at = 0; at < offered_length; at += offered[at] + 1U) {
        const std::string_view name{reinterpret_cast<const char*>(offered) + at + 1, offered[at]};
        if (name == wanted) {
            *chosen = offered + at + 1;
            *chosen_length = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// OpenSSL keeps some lists of a ClientHello for the life of the connection, and the ciphers in four times their size.
/// Usual ones have a few hundred bytes at most.
int limit_lists(SSL* ssl, int* alert, void* /*unused*/) {
    constexpr std::size_t longest = 1024;
    const unsigned char* list = nullptr;
    std::size_t size = 0;
    if (SSL_client_hello_get0_ciphers(ssl, &list) <= longest &&
        (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &list, &size) != 1 ||
         size <= longest)) {
        return SSL_CLIENT_HELLO_SUCCESS;
    }
    *alert = SSL_AD_ILLEGAL_PARAMETER;
    return SSL_CLIENT_HELLO_ERROR;
}

error openssl_error(std::string what) {
    std::array<char, 256> text{};
    if (const unsigned long code = ERR_get_error(); code != 0) {
        ERR_error_string_n(code, text.data(), text.size());
        const std::string_view full{text.data()};
        what += ": ";
        what += full.substr(full.rfind(':') + 1); // the reason, after library and function
    }
    ERR_clear_error();
    return {std::move(what)};
}

/// OpenSSL's error, or in plain words what the file holds instead.
std::unexpected<error> unusable(const std::string& what, const std::string& path, pem_wanted wanted) {
    const auto cause = openssl_error("cannot use the " + what + ' ' + path);
    auto instead = explain_pem_file(path, wanted);
    if (instead.ends_with("not a certificate") || instead.ends_with("not a private key")) {
        instead += ": are certificate and private_key swapped?";
    }
    return std::unexpected{instead.empty() ? cause : error{"cannot use the " + what + ' ' + path + ": " + instead}};
}

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

/// Like OpenSSL's function for files, but overwrites the buffer of the file.
key_ptr read_private_key(SSL_CTX* context, const std::string& path) {
    std::array<char, 4096> buffer{};
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rbe"), std::fclose};
    if (file == nullptr) {
        ERR_raise(ERR_LIB_SYS, errno);
        return {nullptr, EVP_PKEY_free};
    }
    std::setvbuf(file.get(), buffer.data(), _IOFBF, buffer.size());
    const std::unique_ptr<BIO, decltype(&BIO_free)> from{BIO_new_fp(file.get(), BIO_NOCLOSE), BIO_free};
    key_ptr key{PEM_read_bio_PrivateKey(from.get(), nullptr, SSL_CTX_get_default_passwd_cb(context), nullptr),
                EVP_PKEY_free};
    cleanse(std::span{buffer});
    return key;
}

/// Which of the certificates after the first one belongs to the key, counted from 1; 0: none.
int certificate_of_key(SSL_CTX* context, EVP_PKEY* key) {
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(context, static_cast<void*>(&chain)); // a macro of SSL_CTX_ctrl(3)
    for (int i = 0; i < sk_X509_num(chain); ++i) {                 // -1 of none
        if (X509_check_private_key(sk_X509_value(chain, i), key) == 1) {
            return i + 2;
        }
    }
    return 0;
}

result<void> use_private_key(SSL_CTX* context, const tls_settings& files) {
    const auto key = read_private_key(context, files.private_key);
    if (key == nullptr) {
        return unusable("private key", files.private_key, pem_wanted::private_key);
    }
    if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) == 1) {
        return SSL_CTX_use_PrivateKey(context, key.get()) == 1
                   ? result<void>{}
                   : std::unexpected{openssl_error("cannot use the private key " + files.private_key)};
    }
    if (const auto place = certificate_of_key(context, key.get()); place > 0) {
        return std::unexpected{error{"the certificates in " + files.certificate +
                                     " are in the wrong order: that of the private key is number " +
                                     std::to_string(place) + " and must be the first"}};
    }
    if (const auto hidden = explain_hidden_certificate(files.certificate); !hidden.empty()) {
        return std::unexpected{error{"cannot use the certificate " + files.certificate + ": " + hidden}};
    }
    return std::unexpected{error{"cannot use the private key " + files.private_key +
                                 ": mismatch, it is not that of the certificate " + files.certificate +
                                 "; use the key with which the certificate was requested"}};
}

int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*unused*/) {
    return -1;
}

} // namespace

result<tls_context> make_tls_context(const tls_settings& files) {
    ERR_clear_error();
    tls_context context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
    if (context == nullptr) {
        return std::unexpected{openssl_error("OpenSSL cannot make a TLS context")};
    }
    SSL_CTX* const raw = context.get();
    SSL_CTX_set_min_proto_version(raw, failpoint("old_tls") ? TLS1_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                 SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(raw,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF); // tickets need no memory here
    SSL_CTX_set_num_tickets(raw, 1); // each resumption brings the next: a second one would be useless
    SSL_CTX_set_client_hello_cb(raw, limit_lists, nullptr);
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
    if (SSL_CTX_set_cipher_list(raw, failpoint("old_tls") ? "ALL:@SECLEVEL=0" : tls12_ciphers) != 1 ||
        SSL_CTX_set_ciphersuites(raw, tls13_ciphers) != 1 || SSL_CTX_set1_groups_list(raw, groups) != 1) {
        return std::unexpected{openssl_error("OpenSSL does not have the required ciphers")};
    }
    SSL_CTX_set_default_passwd_cb(raw, no_password); // otherwise OpenSSL asks at the terminal, if there is one
    for (const auto& unfit : {unfit_file(files.certificate), unfit_file(files.private_key, S_IRWXO)}) {
        if (unfit) {
            return std::unexpected{*unfit};
        }
    }
    if (SSL_CTX_use_certificate_chain_file(raw, files.certificate.c_str()) != 1) {
        return unusable("certificate", files.certificate, pem_wanted::certificates);
    }
    if (const auto used = use_private_key(raw, files); !used) {
        ERR_clear_error();
        return std::unexpected{used.error()};
    }
    return context;
}

std::optional<unix_seconds> certificate_expiry(SSL_CTX* context) {
    const X509* const certificate = SSL_CTX_get0_certificate(context);
    std::tm end{};
    if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) {
        return std::nullopt;
    }
    return unix_seconds{std::chrono::seconds{timegm(&end)}};
}

std::optional<std::string> check_tls(const tls_settings& files, std::vector<std::string>& doubts) {
    const auto context = make_tls_context(files);
    if (!context) {
        return context.error().message;
    }
    doubts = certificate_doubts(context->get(), files.certificate);
    return std::nullopt;
}

} // namespace hookd::http
