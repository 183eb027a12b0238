// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookd::config {

/// The place of a key or value. Lines and columns (in bytes) count from 1; both are 0 if there is no place.
struct place {
    std::size_t line = 0;
    std::size_t column = 0;

    friend auto operator<=>(const place&, const place&) = default;
};

/// The errors and warnings about one file. Reading continues after an error, so that all are reported at once.
class diagnostics {
public:
    explicit diagnostics(std::string file) : file_(std::move(file)) {}

    /// `what`: the problem, then the advice. The caller never quotes a secret; in case one was given as a name,
    /// anything that begins like a key (`whsec_…`) is masked here. Further errors at the same key are dropped: they
    /// follow from the first one, or from the default that replaced the value.
    void error(place where, std::string_view key_path, std::string_view what);
    /// The configuration can be used nevertheless.
    void warning(place where, std::string_view key_path, std::string_view what);

    bool ok() const { return errors_.empty(); }
    /// In file order, each as `FILE:LINE:COLUMN: key.path: what`; without a place `FILE: key.path: what`, without a key
    /// no key path.
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
