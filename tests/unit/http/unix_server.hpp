// SPDX-License-Identifier: MIT
#pragma once

#include "answering_handler.hpp"

#include <hookd/http/server/server.hpp>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <vector>

/// The real server on a Unix socket in a directory of its own.
class unix_server {
public:
    /// `what` is called on the server's thread, also for requests without a body.
    explicit unix_server(const answering& what) {
        std::string pattern = std::filesystem::temp_directory_path() / "hookd-unix-XXXXXX";
        if (mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        directory_ = pattern;
        limits_.threads = 1;
        listeners_.push_back({.address = "unix:" + path(), .tls = {}, .trusted_proxies = {}});
        auto started =
            hookd::http::start(limits_, listeners_, [what] { return std::make_unique<answering_handler>(what); });
        if (!started) {
            throw std::runtime_error(started.error().message);
        }
        server_ = std::move(*started);
    }
    unix_server(const unix_server&) = delete;
    unix_server& operator=(const unix_server&) = delete;
    ~unix_server() {
        server_->drain(std::chrono::seconds{2});
        std::filesystem::remove_all(directory_);
    }

    std::string path() const { return directory_ / "socket"; }
    const hookd::http::server& server() const { return *server_; }

private:
    std::filesystem::path directory_;
    hookd::server_settings limits_;
    std::vector<hookd::listener_settings> listeners_;
    std::unique_ptr<hookd::http::server> server_;
};
