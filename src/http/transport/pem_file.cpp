// SPDX-License-Identifier: MIT
#include <hookd/core/secret.hpp>
#include <hookd/core/text.hpp>
#include <hookd/core/unique_fd.hpp>
#include <hookd/http/transport/pem_file.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <span>
#include <sys/stat.h>
#include <unistd.h>

namespace hookd::http {

namespace {

/// Certificate chains and keys are smaller; the beginning of a larger file is enough.
constexpr std::size_t most_read = std::size_t{64} << 10U;

/// The possible wrong contents of a file, and what to do about them: `FILE` is replaced with its path.
struct explanation {
    std::string_view sign; ///< Anywhere in the file.
    std::string_view text;
};

constexpr std::array<explanation, 8> instead_of_certificates{
    {{"CERTIFICATE REQUEST-----",
      "it is a request for a certificate: use the certificate that the authority issued for it"},
     {"-----BEGIN PKCS7", "it is a PKCS#7 bundle: convert it with openssl pkcs7 -print_certs -in FILE -out NEW.pem"},
     {"-----BEGIN TRUSTED CERTIFICATE",
      "it is in OpenSSL's own format: convert it with openssl x509 -in FILE -out NEW.pem"},
     {"PRIVATE KEY-----", "it holds a private key, not a certificate"},
     {"PUBLIC KEY-----", "it holds a public key: use the certificate that was issued for it"},
     {"-----BEGIN X509 CRL", "it is a list of revoked certificates: use the certificate itself"},
     {"-----BEGIN PGP ", "it is a PGP key, which TLS does not use: use a certificate"},
     {"-----BEGIN CERTIFICATE", "a certificate in it is damaged: copy it whole, with its BEGIN and END lines"}}};

constexpr std::array<explanation, 9> instead_of_key{
    {{"-----BEGIN ENCRYPTED PRIVATE KEY", "it is encrypted, and nobody can enter the passphrase: decrypt it with "
                                          "openssl pkey -in FILE -out NEW.pem"},
     {"Proc-Type: 4,ENCRYPTED", "it is encrypted, and nobody can enter the passphrase: decrypt it with openssl "
                                "pkey -in FILE -out NEW.pem"},
     {"-----BEGIN OPENSSH PRIVATE KEY",
      "it is a private key in OpenSSH's own format: convert a copy with ssh-keygen -p -m PKCS8 -f COPY"},
     {"-----BEGIN PGP ", "it is a PGP key, which TLS does not use: use the private key of the certificate"},
     {"PRIVATE KEY-----", "the key in it is damaged: copy it whole, with its BEGIN and END lines"},
     {"PUBLIC KEY-----", "it holds the public key: use the private key"},
     {"CERTIFICATE REQUEST-----", "it is a request for a certificate: use the private key that was made with it"},
     {"-----BEGIN CERTIFICATE", "it holds a certificate, not a private key"},
     {"PARAMETERS-----", "it holds only the key's parameters: use the file with the private key"}}};

/// Whether OpenSSL can read the bytes with `Read`, as DER.
template <auto Read, auto Free>
bool reads_as(std::string_view bytes) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> from{BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())),
                                                         BIO_free};
    auto* const read = Read(from.get(), nullptr);
    if (read != nullptr) {
        Free(read);
    }
    ERR_clear_error();
    return read != nullptr;
}

std::string_view explain_binary(std::string_view bytes, bool key_wanted) {
    if (reads_as<d2i_PKCS12_bio, PKCS12_free>(bytes)) {
        return key_wanted
                   ? "it is a PKCS#12 bundle (.p12, .pfx): take the key out with openssl pkcs12 -in FILE -nocerts "
                     "-nodes -out NEW.pem"
                   : "it is a PKCS#12 bundle (.p12, .pfx): take the certificates out with openssl pkcs12 -in FILE "
                     "-nokeys -out NEW.pem";
    }
    if (reads_as<d2i_X509_bio, X509_free>(bytes)) {
        return key_wanted ? "it holds a certificate, not a private key"
                          : "it is in DER format: convert it with openssl x509 -inform DER -in FILE -out NEW.pem";
    }
    if (reads_as<d2i_PrivateKey_bio, EVP_PKEY_free>(bytes)) {
        return key_wanted ? "it is in DER format: convert it with openssl pkey -inform DER -in FILE -out NEW.pem"
                          : "it holds a private key, not a certificate";
    }
    if (reads_as<d2i_PKCS8_bio, X509_SIG_free>(bytes)) {
        return key_wanted
                   ? "it is encrypted, and in DER format: decrypt it with openssl pkey -inform DER -in FILE -out "
                     "NEW.pem"
                   : "it holds a private key, not a certificate";
    }
    if (reads_as<d2i_PUBKEY_bio, EVP_PKEY_free>(bytes)) {
        return key_wanted ? "it holds the public key: use the private key"
                          : "it holds a public key: use the certificate that was issued for it";
    }
    return {};
}

/// Why OpenSSL does not find a certificate: it looks only for BEGIN lines, and skips a byte order mark only in the
/// first line that it reads, which is that of the file or the one after a certificate's END.
std::string_view explain_hidden(std::string_view bytes) {
    constexpr std::string_view begin_line = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view mark = "\xef\xbb\xbf";
    for (auto at = bytes.find(begin_line); at != std::string_view::npos; at = bytes.find(begin_line, at + 1)) {
        const auto before = bytes.substr(0, at);
        const auto line = before.substr(before.find_last_of('\n') + 1);
        const auto above = trimmed(before.substr(0, before.size() - line.size()), "\r\n");
        if (line == mark && !above.empty() && !above.ends_with("-----")) {
            return "a byte order mark before a certificate in it hides that from OpenSSL: save it as UTF-8 without one";
        }
        if (!line.empty() && trimmed(line).empty()) {
            return "white space before a certificate in it hides that from OpenSSL: remove it";
        }
        if (line.ends_with("-----")) {
            return "a line end is missing before a certificate in it: put each BEGIN on its own line";
        }
    }
    return {};
}

std::string_view explain_text(std::string_view bytes, bool key_wanted) {
    using namespace std::string_view_literals;
    if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff") || bytes.contains("B\0E\0G\0I\0N"sv)) {
        return "it is in UTF-16: save it as UTF-8 without a byte order mark";
    }
    if (is_ssh_public_key(bytes)) {
        return key_wanted ? "it is an SSH public key: use the private key of the certificate"
                          : "it is an SSH public key: use a certificate";
    }
    if (const auto hidden = key_wanted ? std::string_view{} : explain_hidden(bytes); !hidden.empty()) {
        return hidden;
    }
    const auto all = key_wanted ? std::span<const explanation>{instead_of_key}
                                : std::span<const explanation>{instead_of_certificates};
    const auto found = std::ranges::find_if(all, [&](const auto& each) { return bytes.contains(each.sign); });
    return found == all.end() ? std::string_view{} : found->text;
}

/// The result of `explain` for the beginning of the file; empty if it cannot be read.
std::string explain_beginning(const std::string& path, const std::function<std::string(std::string_view)>& explain) {
    const unique_fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (!file) {
        return {};
    }
    std::string bytes(most_read, '\0');
    const auto count = ::pread(file.get(), bytes.data(), bytes.size(), 0);
    auto text = count < 0 ? std::string{} : explain({bytes.data(), static_cast<std::size_t>(count)});
    cleanse(std::span<char>{bytes});
    return text;
}

} // namespace

std::optional<error> unfit_file(const std::string& path, mode_t forbidden) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) {
        return std::nullopt;
    }
    if (!S_ISREG(status.st_mode)) {
        return error{path + " is not a regular file"};
    }
    if ((status.st_mode & forbidden) != 0) {
        return error{path + " is accessible to others, but holds a private key; run chmod o= " + path};
    }
    return std::nullopt;
}

std::string explain_pem_bytes(std::string_view bytes, const std::string& path, pem_wanted wanted) {
    if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        return "it is empty";
    }
    const bool key_wanted = wanted == pem_wanted::private_key;
    auto found = explain_text(bytes, key_wanted);
    if (found.empty()) {
        found = explain_binary(bytes, key_wanted);
    }
    std::string text{found};
    if (const auto at = text.find("FILE"); at != std::string::npos) {
        text.replace(at, 4, path);
    }
    return text;
}

std::string explain_pem_file(const std::string& path, pem_wanted wanted) {
    return explain_beginning(path, [&](std::string_view bytes) { return explain_pem_bytes(bytes, path, wanted); });
}

std::string explain_hidden_certificate(const std::string& path) {
    return explain_beginning(path, [](std::string_view bytes) { return std::string{explain_hidden(bytes)}; });
}

} // namespace hookd::http
