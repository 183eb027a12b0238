// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hookd_test {

/// Sets environment variables while it lives; a value of nullptr removes the variable. Then restores them.
class environment {
public:
    explicit environment(const std::vector<std::pair<std::string, const char*>>& variables) {
        for (const auto& [name, value] : variables) {
            const char* const old = std::getenv(name.c_str());
            before_.emplace_back(name, old == nullptr ? std::nullopt : std::optional<std::string>{old});
            value == nullptr ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value, 1);
        }
    }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;
    ~environment() {
        for (const auto& [name, value] : before_) {
            value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
        }
    }

private:
    std::vector<std::pair<std::string, std::optional<std::string>>> before_;
};

} // namespace hookd_test
