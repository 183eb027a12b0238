// SPDX-License-Identifier: MIT
#include "http/transport/tls_input.hpp"

#include <hookd/core/address.hpp>
#include <hookd/http/transport/transport.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <sys/socket.h>

namespace hookd::http {

namespace {

struct ssl_free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using ssl_ptr = std::unique_ptr<SSL, ssl_free>;

std::string reason_of(unsigned long openssl_error) {
    const char* const reason = ERR_reason_error_string(openssl_error);
    return reason == nullptr ? "the connection was closed during the handshake" : reason;
}

/// Why a server's handshake failed. The alerts are from a client that does not accept the certificate (RFC 8446 section
/// 6.2).
std::string explain(unsigned long openssl_error) {
    switch (ERR_GET_REASON(openssl_error)) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
        return "plain HTTP on a TLS listener: use https:// in the sender's URL, or a listener without tls";
    case SSL_R_CALLBACK_FAILED: // `limit_lists` of the context
        return "a ClientHello with a list longer than 1 KiB";
    case SSL_R_WRONG_VERSION_NUMBER:
        return "the client does not use TLS";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
        return "the client rejected the certificate: unknown CA (is the chain complete?)";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        return "the client rejected the certificate: bad certificate";
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
        return "the client rejected the certificate: unsupported certificate";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        return "the client rejected the certificate: revoked";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        return "the client rejected the certificate: expired";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        return "the client rejected the certificate: not acceptable";
    default:
        return reason_of(openssl_error);
    }
}

/// OpenSSL directly on the socket, without a pair of memory BIOs; data is read through `tls_input`, and an idle
/// connection has no buffers (SSL_MODE_RELEASE_BUFFERS).
class tls_transport final : public transport {
public:
    tls_transport(ssl_ptr ssl, int socket)
        : ssl_{std::move(ssl)}, socket_{socket}, server_{SSL_is_server(ssl_.get()) == 1}, input_{server_} {}

    /// Null if OpenSSL has no memory.
    static std::unique_ptr<tls_transport> make(ssl_ptr ssl, int socket) {
        BIO* const bytes = BIO_new(bio_method());
        if (bytes == nullptr) {
            return nullptr;
        }
        auto made = std::make_unique<tls_transport>(std::move(ssl), socket);
        BIO_set_data(bytes, made.get());
        BIO_set_init(bytes, 1);
        SSL_set_bio(made->ssl_.get(), bytes, bytes);
        if (!made->server_) {
            SSL_set_cert_cb(made->ssl_.get(), on_certificate_request, made.get());
        }
        return made;
    }

    io_status handshake() override {
        if (server_ && !input_.ready() && SSL_in_before(ssl_.get()) == 1) { // then OpenSSL allocates its buffers
            if (const auto arrived = wait_for_record(); arrived != io_status::done) {
                return arrived;
            }
        }
        ERR_clear_error();
        const auto outcome = status(SSL_do_handshake(ssl_.get()));
        if (outcome == io_status::done) {
            input_.handshake_done();
        }
        return outcome;
    }

    std::string handshake_error() const override {
        if (const auto limit = exceeded_limit(); !limit.empty()) {
            return std::string{limit};
        }
        const long verdict = SSL_get_verify_result(ssl_.get());
        if (SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE && verdict != X509_V_OK) {
            return std::string{"the certificate is not trusted: "} + X509_verify_cert_error_string(verdict);
        }
        return server_ ? explain(error_) : reason_of(error_);
    }

    std::string_view exceeded_limit() const override {
        switch (input_.why()) {
        case tls_input::error::record_too_long:
            return "TLS record too long";
        case tls_input::error::too_many_records:
            return "more than 32 TLS records without data";
        case tls_input::error::client_hello_too_long:
            return "a ClientHello longer than 4 KiB, or split within its first bytes";
        case tls_input::error::none:
        case tls_input::error::no_tls:
            break;
        }
        return {};
    }

    bool closed_in_handshake() const override {
        return broken_ && input_.why() == tls_input::error::none &&
               (error_ == 0 || ERR_GET_REASON(error_) == SSL_R_UNEXPECTED_EOF_WHILE_READING);
    }
    bool met_no_tls() const override { return input_.why() == tls_input::error::no_tls; }
    bool begun() const override { return input_.begun(); }
    bool certificate_wanted() const override { return certificate_wanted_; }
    /// In TLS 1.3 the alert comes only after our side of the handshake is complete.
    bool certificate_missed() const override {
        const int alert = ERR_GET_REASON(error_) - SSL_AD_REASON_OFFSET;
        return certificate_wanted_ && ((alert >= SSL_AD_HANDSHAKE_FAILURE && alert <= SSL_AD_ACCESS_DENIED) ||
                                       alert == SSL_AD_CERTIFICATE_REQUIRED);
    }

    io_status read(std::span<char> into, std::size_t& count) override {
        ERR_clear_error();
        const auto outcome = status(SSL_read_ex(ssl_.get(), into.data(), into.size(), &count));
        if (outcome == io_status::done) {
            input_.data_came();
        }
        return outcome;
    }

    io_status write(std::string_view bytes, std::size_t& count) override {
        ERR_clear_error();
        return status(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count));
    }

    void close_notify() override {
        if (!broken_ && SSL_is_init_finished(ssl_.get()) == 1) {
            ERR_clear_error();
            SSL_shutdown(ssl_.get());
        }
    }

    std::size_t memory() const override { return input_.memory(); }
    bool holds_bytes() const override { return SSL_pending(ssl_.get()) > 0 || input_.ready(); }

private:
    static const BIO_METHOD* bio_method() {
        static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
            BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
            BIO_meth_set_read_ex(made, receive);
            BIO_meth_set_write_ex(made, send);
            BIO_meth_set_ctrl(made, control);
            return std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>{made, BIO_meth_free};
        }();
        return method.get();
    }

    /// SSL_set_cert_cb(3): called in a client after the server has sent a CertificateRequest.
    static int on_certificate_request(SSL* /*ssl*/, void* self) {
        static_cast<tls_transport*>(self)->certificate_wanted_ = true;
        return 1;
    }

    static tls_transport& of(BIO* bytes) { return *static_cast<tls_transport*>(BIO_get_data(bytes)); }

    static int receive(BIO* bytes, char* out, std::size_t size, std::size_t* count) {
        auto& self = of(bytes);
        BIO_clear_retry_flags(bytes);
        for (;;) {
            *count = self.input_.take({reinterpret_cast<std::uint8_t*>(out), size});
            if (*count > 0) {
                return 1;
            }
            if (self.input_.why() != tls_input::error::none) {
                return 0;
            }
            const auto got = self.pull();
            if (got <= 0) {
                self.ended_ = got == 0;
                if (got < 0 && blocked()) {
                    BIO_set_retry_read(bytes);
                }
                return 0;
            }
        }
    }

    /// The result of recv(2).
    ssize_t pull() {
        const auto room = input_.room();
        const auto got = recv(socket_, room.data(), room.size(), 0);
        if (got > 0) {
            const bool no_second_hello = answered_ && SSL_version(ssl_.get()) != TLS1_3_VERSION;
            input_.filled(static_cast<std::size_t>(got), no_second_hello);
        }
        return got;
    }

    io_status wait_for_record() {
        ssize_t got = 1;
        while (got > 0 && !input_.ready()) {
            got = pull();
        }
        const bool retry = got < 0 && blocked();
        input_.park();
        return got > 0 ? io_status::done : got == 0 ? io_status::end : retry ? io_status::want_read : io_status::failed;
    }

    static int send(BIO* bytes, const char* data, std::size_t size, std::size_t* count) {
        auto& self = of(bytes);
        BIO_clear_retry_flags(bytes);
        self.answered_ = true;
        const auto sent = ::send(self.socket_, data, size, MSG_NOSIGNAL);
        if (sent < 0 && blocked()) {
            BIO_set_retry_write(bytes);
        }
        *count = sent > 0 ? static_cast<std::size_t>(sent) : 0;
        return sent > 0 ? 1 : 0;
    }

    static long control(BIO* bytes, int what, long /*unused*/, void* /*unused*/) {
        switch (what) {
        case BIO_CTRL_FLUSH:
            return 1;
        case BIO_CTRL_EOF:
            return of(bytes).ended_ ? 1 : 0;
        default:
            return 0;
        }
    }

    static bool blocked() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

    io_status status(int outcome) {
        const int kind = outcome > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), outcome);
        input_.park();
        switch (kind) {
        case SSL_ERROR_NONE:
            return io_status::done;
        case SSL_ERROR_WANT_READ:
            return io_status::want_read;
        case SSL_ERROR_WANT_WRITE:
            return io_status::want_write;
        case SSL_ERROR_ZERO_RETURN:
            return io_status::end;
        default: // SSL_ERROR_SSL and SSL_ERROR_SYSCALL forbid any further call (SSL_get_error(3))
            broken_ = true;
            error_ = ERR_peek_error();
            return io_status::failed;
        }
    }

    ssl_ptr ssl_;
    int socket_;
    bool server_;
    tls_input input_;
    unsigned long error_ = 0; // why it is broken
    bool broken_ = false;
    bool certificate_wanted_ = false;
    bool ended_ = false;    // the socket has no more bytes
    bool answered_ = false; // whether the server has responded to the first ClientHello
};

} // namespace

std::unique_ptr<transport> make_tls_transport(int socket, SSL_CTX* context) {
    ssl_ptr ssl{SSL_new(context)};
    if (ssl == nullptr) {
        return nullptr;
    }
    SSL_set_accept_state(ssl.get());
    return tls_transport::make(std::move(ssl), socket);
}

std::unique_ptr<transport> make_tls_client_transport(int socket, SSL_CTX* context, const std::string& host) {
    ssl_ptr ssl{SSL_new(context)};
    if (ssl == nullptr) {
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
    return tls_transport::make(std::move(ssl), socket);
}

} // namespace hookd::http
