// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/diagnostics.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::config {

enum class node_kind : std::uint8_t { text, integer, real, boolean, date, null, array, table };

/// `a string`, `an array`: the name of this kind in messages.
std::string_view described(node_kind kind);

struct member;

/// A value of the document, TOML or JSON. Any string may be a secret, so all are overwritten before they are freed.
struct node {
    node();
    node(node_kind of, place at);
    node(node&& other) noexcept;
    node(const node&) = delete;
    node& operator=(const node&) = delete;
    node& operator=(node&&) = delete;
    ~node();

    /// The member of a table with that name; null if there is none.
    const member* find(std::string_view key) const;

    node_kind kind = node_kind::null;
    place where;
    std::string text;         ///< The content of a string; the digits of a number, for messages.
    std::int64_t integer = 0; ///< Clamped if the number does not fit.
    bool boolean = false;
    std::vector<node> elements;  ///< An array's.
    std::vector<member> members; ///< A table's, each key once, in no particular order.
};

struct member {
    std::string key;
    place where; ///< The key's place; the value has its own.
    node value;
};

/// Deeper nesting is an error: all code that walks a document is recursive.
constexpr std::size_t deepest_nesting = 32;
/// A dotted TOML key is as many tables as it has parts.
constexpr std::size_t most_key_parts = 16;

} // namespace hookd::config
