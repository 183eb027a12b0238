// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/http/server/settings.hpp>

#include <filesystem>
#include <memory>
#include <string>

/// A certificate authority for tests, in a directory of its own that goes with it.
class authority {
public:
    authority();
    authority(const authority&) = delete;
    authority& operator=(const authority&) = delete;
    ~authority();

    /// PEM file of its own certificate.
    const std::string& certificate() const { return certificate_; }
    /// A server's certificate and key, for `names` as OpenSSL writes them: `DNS:localhost,IP:127.0.0.1`.
    hookd::tls_settings issue(const std::string& names);

private:
    struct keys;
    std::filesystem::path directory_;
    std::string certificate_;
    std::unique_ptr<keys> own_;
    long serial_ = 1;
};
