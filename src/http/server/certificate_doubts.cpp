// SPDX-License-Identifier: MIT
#include "http/server/certificate_doubts.hpp"

#include <hookd/core/time.hpp>
#include <hookd/http/transport/pem_file.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string_view>

namespace hookd::http {

namespace {

std::string name_of(X509_NAME* name) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), BIO_free};
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text);
    return size > 0 ? std::string{text, static_cast<std::size_t>(size)} : std::string{"without a name"};
}

std::string time_of(const ASN1_TIME* when) {
    std::tm utc{};
    return ASN1_TIME_to_tm(when, &utc) == 1 ? to_rfc3339(unix_millis{std::chrono::seconds{timegm(&utc)}})
                                            : std::string{"an unknown time"};
}

bool issued(X509* issuer, X509* subject) {
    return X509_check_issued(issuer, subject) == X509_V_OK;
}

/// Whether this system's authorities have signed it: then most clients know its issuer, too.
bool issuer_is_known(X509* certificate) {
    const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store{X509_STORE_new(), X509_STORE_free};
    const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> search{X509_STORE_CTX_new(),
                                                                                 X509_STORE_CTX_free};
    X509* issuer = nullptr;
    const bool found = X509_STORE_set_default_paths(store.get()) == 1 &&
                       X509_STORE_CTX_init(search.get(), store.get(), certificate, nullptr) == 1 &&
                       X509_STORE_CTX_get1_issuer(&issuer, search.get(), certificate) == 1;
    X509_free(issuer);
    ERR_clear_error();
    return found;
}

/// In file order, the server's own first.
std::vector<X509*> certificates_of(SSL_CTX* context) {
    std::vector<X509*> all{SSL_CTX_get0_certificate(context)};
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(context, static_cast<void*>(&chain)); // a macro of SSL_CTX_ctrl(3)
    for (int i = 0; i < sk_X509_num(chain); ++i) {                 // -1 of none
        all.push_back(sk_X509_value(chain, i));
    }
    return all;
}

void doubt_times(const std::vector<X509*>& all, const std::string& path, std::vector<std::string>& doubts) {
    for (X509* const each : all) {
        const auto what = path + ": the certificate of " + name_of(X509_get_subject_name(each));
        if (X509_cmp_current_time(X509_get0_notAfter(each)) < 0) {
            doubts.push_back(what + " expired at " + time_of(X509_get0_notAfter(each)) +
                             ", so clients reject it; renew it");
        } else if (X509_cmp_current_time(X509_get0_notBefore(each)) > 0) {
            doubts.push_back(what + " is not yet valid, and clients reject it until " +
                             time_of(X509_get0_notBefore(each)) + "; check this machine's clock");
        }
    }
}

/// The issuer of each certificate must be the next one in the file (RFC 5246 section 7.4.2): not all clients search
/// further, and none has an intermediate certificate that the server does not send.
void doubt_chain(const std::vector<X509*>& all, const std::string& path, std::vector<std::string>& doubts) {
    for (std::size_t at = 0; at < all.size(); ++at) {
        X509* const each = all[at];
        const bool last = at + 1 == all.size();
        const bool own_issuer = X509_NAME_cmp(X509_get_subject_name(each), X509_get_issuer_name(each)) == 0;
        if (own_issuer || (!last && issued(all[at + 1], each))) {
            continue;
        }
        const bool elsewhere = std::ranges::any_of(all, [&](X509* other) { return issued(other, each); });
        const auto issuer = name_of(X509_get_issuer_name(each));
        if (elsewhere) {
            doubts.push_back(path +
                             ": the certificates are in the wrong order, so some clients reject them; put that of " +
                             issuer + " directly after the one it signed, " + name_of(X509_get_subject_name(each)));
            return;
        }
        if (at == 0 && !issuer_is_known(each)) {
            doubts.push_back(
                path + ": the certificate of the issuer, " + issuer +
                ", is missing, so clients that do not have it reject the server's; append it, unless it is a root "
                "that all of them trust");
            return;
        }
        if (!last) {
            doubts.push_back(path + ": the certificate after that of " + name_of(X509_get_subject_name(each)) +
                             " did not sign it, so some clients reject them; remove what does not belong there");
            return;
        }
    }
}

/// The server's own certificate must name the host, not only in its CN (RFC 9525), and be for servers.
void doubt_use(X509* own, const std::string& path, std::vector<std::string>& doubts) {
    const auto what = path + ": the certificate of " + name_of(X509_get_subject_name(own));
    if (X509_get_ext_by_NID(own, NID_subject_alt_name, -1) < 0) {
        doubts.push_back(what +
                         " has no subjectAltName, so clients reject it, because they ignore the CN; have it issued "
                         "again with the host's name there");
    }
    if (X509_check_purpose(own, X509_PURPOSE_SSL_SERVER, 0) == 0) {
        doubts.push_back(what + " is not for a TLS server, so clients reject it; have it issued again with serverAuth "
                                "in extendedKeyUsage");
    }
}

} // namespace

std::vector<std::string> certificate_doubts(SSL_CTX* context, const std::string& path) {
    std::vector<std::string> doubts;
    const auto all = certificates_of(context);
    doubt_times(all, path, doubts);
    doubt_use(all.front(), path, doubts);
    if (const auto hidden = explain_hidden_certificate(path); !hidden.empty()) {
        doubts.push_back(path + ": " + hidden);
    } else {
        doubt_chain(all, path, doubts);
    }
    ERR_clear_error();
    return doubts;
}

} // namespace hookd::http
