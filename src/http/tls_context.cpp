#include "http/tls_context.hpp"

#include <hookd/core/sabotage.hpp>
#include <hookd/core/secret.hpp>
#include <hookd/http/server.hpp>

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

/// RFC 7301: the one protocol there is, or a no_application_protocol alert for a client that speaks only others.
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

/// OpenSSL keeps some of a ClientHello's lists for the connection's life, and the ciphers in four times their size.
/// Honest ones have some hundred bytes at most.
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
        what += full.substr(full.rfind(':') + 1); // the reason, behind library and function
    }
    ERR_clear_error();
    return {std::move(what)};
}

/// A FIFO would hold up whoever reads it, and a key that all may read is none. What else is wrong OpenSSL finds.
std::optional<error> unfit(const std::string& path, mode_t forbidden) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) {
        return std::nullopt;
    }
    if (!S_ISREG(status.st_mode)) {
        return error{path + " is not a regular file"};
    }
    if ((status.st_mode & forbidden) != 0) {
        return error{path + " gives others access, and so does not keep a private key; chmod o= " + path};
    }
    return std::nullopt;
}

/// As OpenSSL's own function for files does, but that the buffer of the file is not left as it is.
bool use_private_key(SSL_CTX* context, const std::string& path) {
    std::array<char, 4096> buffer{};
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rbe"), std::fclose};
    if (file == nullptr) {
        ERR_raise(ERR_LIB_SYS, errno);
        return false;
    }
    std::setvbuf(file.get(), buffer.data(), _IOFBF, buffer.size());
    const std::unique_ptr<BIO, decltype(&BIO_free)> from{BIO_new_fp(file.get(), BIO_NOCLOSE), BIO_free};
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
        PEM_read_bio_PrivateKey(from.get(), nullptr, SSL_CTX_get_default_passwd_cb(context), nullptr), EVP_PKEY_free};
    cleanse(std::span{buffer});
    return key != nullptr && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
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
    SSL_CTX_set_min_proto_version(raw, sabotaged("old_tls") ? TLS1_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                 SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(raw,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF); // tickets need no memory here
    SSL_CTX_set_num_tickets(raw, 1); // each resumption brings the next: a second would be made, and sent, for nothing
    SSL_CTX_set_client_hello_cb(raw, limit_lists, nullptr);
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
    if (SSL_CTX_set_cipher_list(raw, sabotaged("old_tls") ? "ALL:@SECLEVEL=0" : tls12_ciphers) != 1 ||
        SSL_CTX_set_ciphersuites(raw, tls13_ciphers) != 1 || SSL_CTX_set1_groups_list(raw, groups) != 1) {
        return std::unexpected{openssl_error("OpenSSL does not offer the ciphers that are needed")};
    }
    SSL_CTX_set_default_passwd_cb(raw, no_password); // else OpenSSL asks at the terminal, where there is one
    for (const auto& fault : {unfit(files.certificate, 0), unfit(files.private_key, S_IRWXO)}) {
        if (fault) {
            return std::unexpected{*fault};
        }
    }
    if (SSL_CTX_use_certificate_chain_file(raw, files.certificate.c_str()) != 1) {
        return std::unexpected{openssl_error("cannot use the certificate " + files.certificate)};
    }
    if (!use_private_key(raw, files.private_key)) {
        return std::unexpected{openssl_error("cannot use the private key " + files.private_key)};
    }
    if (SSL_CTX_check_private_key(raw) != 1) {
        return std::unexpected{openssl_error("the private key " + files.private_key +
                                             " is not that of the certificate " + files.certificate)};
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

std::optional<std::string> check_tls(const tls_settings& files) {
    const auto context = make_tls_context(files);
    return context ? std::nullopt : std::optional{context.error().message};
}

} // namespace hookd::http
