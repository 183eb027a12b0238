// SPDX-License-Identifier: MIT
#pragma once

#include "environment.hpp"

#include <hookd/daemon/configuration.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hookd::daemon {

using hookd_test::environment;

constexpr const char* test_secret = "whsec_dGhpcyBpcyBvbmx5IGEgdGVzdCwgb2YgMzIgYnl0ZXM=";

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

} // namespace hookd::daemon
