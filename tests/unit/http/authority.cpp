// SPDX-License-Identifier: MIT
#include "authority.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <sys/stat.h>

namespace {

struct key_free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct certificate_free {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, key_free>;
using certificate_ptr = std::unique_ptr<X509, certificate_free>;

void require(bool good) {
    if (!good) {
        throw std::runtime_error("cannot make a certificate for the test");
    }
}

void extend(X509* certificate, int kind, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

certificate_ptr make(const std::string& name, long serial, EVP_PKEY* key) {
    certificate_ptr made{X509_new()};
    require(made != nullptr && key != nullptr);
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 86'400);
    X509_set_pubkey(made.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    return made;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    require(X509_sign(certificate, key, EVP_sha256()) != 0);
}

template <class Write>
std::string write_pem(const std::filesystem::path& path, Write write) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    fchmod(fileno(file), S_IRUSR | S_IWUSR); // a server takes no key that others can read
    require(file != nullptr && write(file) == 1 && std::fclose(file) == 0);
    return path.string();
}

} // namespace

struct authority::keys {
    key_ptr key{EVP_EC_gen("P-256")};
    certificate_ptr certificate = make("colivara-hookd test authority", 1, key.get());
};

authority::authority() : own_{std::make_unique<keys>()} {
    std::string pattern = std::filesystem::temp_directory_path() / "hookd-authority-XXXXXX";
    require(mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
    extend(own_->certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    sign(own_->certificate.get(), own_->certificate.get(), own_->key.get());
    certificate_ = write_pem(directory_ / "authority.pem",
                             [&](std::FILE* file) { return PEM_write_X509(file, own_->certificate.get()); });
}

authority::~authority() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

hookd::tls_settings authority::issue(const std::string& names) {
    const key_ptr key{EVP_EC_gen("P-256")};
    const auto certificate = make("a server under test", ++serial_, key.get());
    extend(certificate.get(), NID_subject_alt_name, names);
    sign(certificate.get(), own_->certificate.get(), own_->key.get());
    const auto stem = std::to_string(serial_);
    return {.certificate = write_pem(directory_ / (stem + ".crt"),
                                     [&](std::FILE* file) { return PEM_write_X509(file, certificate.get()); }),
            .private_key = write_pem(directory_ / (stem + ".key"), [&](std::FILE* file) {
                return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}
