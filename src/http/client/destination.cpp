// SPDX-License-Identifier: MIT
#include "http/client/destination.hpp"

#include <hookd/http/transport/pem_file.hpp>

#include <boost/asio/local/stream_protocol.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cstring>
#include <netdb.h>
#include <sys/un.h>

namespace hookd::http {

namespace {

std::unexpected<client_error> fail(client_errc kind, std::string detail) {
    return std::unexpected{client_error{kind, std::move(detail)}};
}

struct address_list_free {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

client_result<void> look_up(const url& where, destination& into) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &wanted, &found);
    const std::unique_ptr<addrinfo, address_list_free> list{error == 0 ? found : nullptr};
    if (error != 0) {
        return fail(client_errc::unknown_host,
                    where.host + ": " + (error == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(error)));
    }
    for (const addrinfo* address = list.get(); address != nullptr; address = address->ai_next) {
        into.addresses.emplace_back(address->ai_addr, address->ai_addrlen, address->ai_protocol);
    }
    return {};
}

std::string openssl_reason() {
    const auto first = ERR_peek_error(); // the later ones are consequences
    const char* const reason = ERR_reason_error_string(first);
    std::string text = ERR_SYSTEM_ERROR(first) ? std::generic_category().message(ERR_GET_REASON(first))
                       : reason == nullptr     ? "no reason given"
                                               : reason;
    ERR_clear_error();
    return text;
}

client_result<tls_context> make_client_context(const client_trust& trust) {
    ERR_clear_error();
    tls_context context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    if (context == nullptr) {
        return fail(client_errc::authorities, "OpenSSL cannot make a TLS context: " + openssl_reason());
    }
    SSL_CTX* const raw = context.get();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    constexpr std::array<unsigned char, 9> only_http11{8,   'h', 't', 't', 'p',
                                                       '/', '1', '.', '1'}; // RFC 7301 section 3.1
    if (SSL_CTX_set_alpn_protos(raw, only_http11.data(), only_http11.size()) != 0) {
        return fail(client_errc::authorities, "OpenSSL has no memory");
    }
    if (!trust.verify) {
        SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
        return context;
    }
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    if (trust.ca_file.empty()) {
        SSL_CTX_set_default_verify_paths(raw);
        return context;
    }
    if (const auto unfit = unfit_file(trust.ca_file)) {
        return fail(client_errc::authorities, unfit->message);
    }
    if (SSL_CTX_load_verify_file(raw, trust.ca_file.c_str()) != 1) {
        const auto reason = openssl_reason();
        const auto instead = explain_pem_file(trust.ca_file, pem_wanted::certificates);
        return fail(client_errc::authorities, trust.ca_file + " has no readable certificates in PEM format: " +
                                                  (instead.empty() ? reason : instead));
    }
    // Everything in the file is trusted, including an intermediate without its root, or the server's own certificate.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(raw), X509_V_FLAG_PARTIAL_CHAIN);
    return context;
}

} // namespace

client_result<destination_ptr> find_destination(const url& where, const client_trust& trust) {
    auto made = std::make_shared<destination>();
    made->host = where.host;
    made->authority = where.authority();
    if (where.tls) {
        auto context = make_client_context(trust);
        if (!context) {
            return std::unexpected{context.error()};
        }
        made->tls = std::move(*context);
    }
    if (const auto looked_up = look_up(where, *made); !looked_up) {
        return std::unexpected{looked_up.error()};
    }
    return made;
}

client_result<void> check_trust(const client_trust& trust) {
    if (const auto context = make_client_context(trust); !context) {
        return std::unexpected{context.error()};
    }
    return {};
}

client_result<destination_ptr> find_unix_destination(const std::string& path) {
    if (path.empty() || path.size() >= sizeof sockaddr_un::sun_path) {
        return fail(client_errc::unknown_host, "invalid path of a Unix socket: \"" + path + '"');
    }
    auto made = std::make_shared<destination>();
    made->host = "localhost";
    made->authority = made->host; // HTTP/1.1 needs a Host, and a socket's path is not one
    made->addresses.emplace_back(boost::asio::local::stream_protocol::endpoint{path});
    return made;
}

} // namespace hookd::http
