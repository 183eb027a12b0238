// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookd::config {

/// Where a key or value stands. Line and column count from 1, columns in bytes; 0 where there is no such place.
struct place {
    std::size_t line = 0;
    std::size_t column = 0;

    friend auto operator<=>(const place&, const place&) = default;
};

/// Everything found wrong (and doubtful) with one file; reading goes on after each error, so that all are told at once.
class diagnostics {
public:
    explicit diagnostics(std::string file) : file_(std::move(file)) {}

    /// `what`: what is wrong; what would be right. The caller never quotes a secret; should one stand where a name
    /// belongs, anything that begins as a key does (`whsec_…`) is made unreadable here. What else is found at the
    /// same key is left out: it follows from the first error, or from the default that was taken instead.
    void error(place where, std::string_view key_path, std::string_view what);
    /// Like an error, but the configuration can be used.
    void warning(place where, std::string_view key_path, std::string_view what);

    bool ok() const { return errors_.empty(); }
    /// In file order, each as `FILE:LINE:COLUMN: key.path: what`. Without a place: `FILE: key.path: what`; without a
    /// key: no key path.
    std::vector<std::string> errors() const;
    std::vector<std::string> warnings() const;

private:
    struct entry {
        place where;
        std::string key_path;
        std::string text;
    };
    bool has_error(place where, std::string_view key_path) const;
    entry make_entry(place where, std::string_view key_path, std::string_view what) const;

    std::string file_;
    std::vector<entry> errors_;
    std::vector<entry> warnings_;
};

} // namespace hookd::config
