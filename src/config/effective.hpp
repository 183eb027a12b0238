// SPDX-License-Identifier: MIT
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookd::config {

/// The effective values, recorded while they are read: the tables of `check --print`. So there is no second list of
/// keys, and the output is a configuration itself.
class effective_values {
public:
    /// `literal` is the value in TOML. Replaces the value of a key that was set before.
    void set(std::string_view key, std::string literal);

    /// The table of that name in this one; the same at each call. References stay valid.
    effective_values& table(std::string_view key);
    /// Appends an element to the array of tables.
    effective_values& element(std::string_view key);

    std::string text() const;
    /// Only the keys of this table, as in an inline table.
    std::string line() const;

private:
    struct child;
    void write(std::string& out, const std::string& path) const;

    std::vector<std::pair<std::string, std::string>> values_;
    std::list<child> children_;
};

struct effective_values::child {
    std::string key;
    bool element = false;
    effective_values values;
};

/// TOML literals.
std::string literal(std::string_view text);
std::string literal(const std::vector<std::string>& texts);
/// Of literals.
std::string array_literal(const std::vector<std::string>& literals);

} // namespace hookd::config
