#include "http/hello_watch.hpp"
#include "http/transport.hpp"

#include <hookd/core/address.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace hookd::http {

namespace {

struct ssl_free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using ssl_ptr = std::unique_ptr<SSL, ssl_free>;

/// OpenSSL on the socket itself, without a pair of memory BIOs between: no copies, and an idle connection holds no
/// buffers (SSL_MODE_RELEASE_BUFFERS).
class tls_transport final : public transport {
public:
    explicit tls_transport(ssl_ptr ssl) : ssl_{std::move(ssl)} {}

    void watch_hello() {
        BIO* const bytes = SSL_get_rbio(ssl_.get());
        BIO_set_callback_arg(bytes, reinterpret_cast<char*>(this));
        BIO_set_callback_ex(bytes, read_along);
    }

    io_status handshake() override {
        ERR_clear_error();
        const auto outcome = status(SSL_do_handshake(ssl_.get()));
        handshake_error_ = outcome == io_status::failed ? ERR_peek_error() : 0;
        if (outcome == io_status::done) {
            BIO_set_callback_ex(SSL_get_rbio(ssl_.get()), nullptr);
        }
        return outcome;
    }

    std::string handshake_fault() const override {
        const long verdict = SSL_get_verify_result(ssl_.get());
        if (SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE && verdict != X509_V_OK) {
            return std::string{"the certificate is not trusted: "} + X509_verify_cert_error_string(verdict);
        }
        const char* const reason = ERR_reason_error_string(handshake_error_);
        return reason == nullptr ? "the connection was closed" : reason;
    }

    /// So OpenSSL calls a first record that is none.
    bool met_no_tls() const override { return ERR_GET_REASON(handshake_error_) == SSL_R_WRONG_VERSION_NUMBER; }

    io_status read(std::span<char> into, std::size_t& count) override {
        ERR_clear_error();
        return status(SSL_read_ex(ssl_.get(), into.data(), into.size(), &count));
    }

    io_status write(std::string_view bytes, std::size_t& count) override {
        ERR_clear_error();
        return status(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count));
    }

    void conclude() override {
        if (!broken_ && SSL_is_init_finished(ssl_.get()) == 1) {
            ERR_clear_error();
            SSL_shutdown(ssl_.get());
        }
    }

    bool holds_bytes() const override { return SSL_has_pending(ssl_.get()) == 1; }

private:
    /// BIO_set_callback(3): after a read or write, with what came of it; what this returns counts in its place.
    static long read_along(BIO* bytes, int what, const char* data, std::size_t /*room*/, int /*unused*/,
                           long /*unused*/, int outcome, std::size_t* count) {
        auto& self = *reinterpret_cast<tls_transport*>(BIO_get_callback_arg(bytes));
        if (what == (BIO_CB_WRITE | BIO_CB_RETURN)) {
            self.answered_ = true;
        } else if (what == (BIO_CB_READ | BIO_CB_RETURN) && outcome > 0) {
            const bool no_second = self.answered_ && SSL_version(self.ssl_.get()) != TLS1_3_VERSION;
            if (!self.hello_.admits({reinterpret_cast<const std::uint8_t*>(data), *count}, no_second)) {
                return -1;
            }
            if (self.hello_.done()) {
                BIO_set_callback_ex(bytes, nullptr);
            }
        }
        return outcome;
    }

    io_status status(int outcome) {
        if (outcome > 0) {
            return io_status::done;
        }
        switch (SSL_get_error(ssl_.get(), outcome)) {
        case SSL_ERROR_WANT_READ:
            return io_status::want_read;
        case SSL_ERROR_WANT_WRITE:
            return io_status::want_write;
        case SSL_ERROR_ZERO_RETURN:
            return io_status::end;
        default: // SSL_ERROR_SSL and SSL_ERROR_SYSCALL forbid any further call (SSL_get_error(3))
            broken_ = true;
            return io_status::failed;
        }
    }

    ssl_ptr ssl_;
    unsigned long handshake_error_ = 0;
    bool broken_ = false;
    bool answered_ = false; // what the client said first
    hello_watch hello_;
};

} // namespace

std::unique_ptr<transport> make_tls_transport(int socket, SSL_CTX* context) {
    ssl_ptr ssl{SSL_new(context)};
    if (ssl == nullptr || SSL_set_fd(ssl.get(), socket) != 1) {
        return nullptr;
    }
    SSL_set_accept_state(ssl.get());
    auto made = std::make_unique<tls_transport>(std::move(ssl));
    made->watch_hello();
    return made;
}

std::unique_ptr<transport> make_tls_client_transport(int socket, SSL_CTX* context, const std::string& host) {
    ssl_ptr ssl{SSL_new(context)};
    if (ssl == nullptr || SSL_set_fd(ssl.get(), socket) != 1) {
        return nullptr;
    }
    SSL_set_connect_state(ssl.get());
    const bool numeric = ip_address::parse(host).has_value();
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (numeric
            ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) != 1
            : SSL_set1_host(ssl.get(), host.c_str()) != 1 || SSL_set_tlsext_host_name(ssl.get(), host.c_str()) != 1) {
        return nullptr;
    }
    return std::make_unique<tls_transport>(std::move(ssl));
}

} // namespace hookd::http
