// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/load.hpp>

#include <string>
#include <utility>
#include <vector>

namespace hookd::config {

/// Stands in for the rooms that lend their checks: a key is `whsec_` and at least 16 characters; types of sinks read
/// the keys that INTERFACE names for them.
checks test_checks();

constexpr const char* test_secret = "whsec_dGhpcyBpcyBvbmx5IGEgdGVzdA==";

/// Environment variables while it lives; a value of nullptr takes the variable away. Put back as they were.
class environment {
public:
    explicit environment(const std::vector<std::pair<std::string, const char*>>& variables);
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;
    ~environment();

private:
    std::vector<std::pair<std::string, std::optional<std::string>>> before_;
};

/// A directory of its own, removed at the end.
class scratch {
public:
    scratch();
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch();

    std::string path(const std::string& name) const { return path_ + '/' + name; }
    /// Writes a file and returns its path.
    std::string write(const std::string& name, const std::string& content, unsigned mode = 0600) const;

private:
    std::string path_;
};

/// The smallest configuration that is right, with no warning.
std::string smallest();

/// What a file holds; fails the test where it cannot be read.
std::string content_of(const std::string& path);

} // namespace hookd::config
