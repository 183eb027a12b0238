// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/diagnostics.hpp>
#include <hookd/core/byte_size.hpp>
#include <hookd/core/secret.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookd::config {

struct node;            // a value of the document, with its place
struct reading;         // what all tables of one document share
class effective_values; // what `check --print` shows; filled while reading
enum class node_kind : std::uint8_t;

/// One table of the document while it is being read. Each reader names a key, what it must be and its default; a
/// error is added to the diagnostics and the default returned, so reading never fails and goes on to the next key.
/// `finish()` then reports the keys that nobody asked for, with the nearest one somebody did. Strings come with
/// `${NAME}` already replaced. A `required` key that is missing is an error at the table's own place. Each value that
/// is read is also noted for `check --print`. Good only while the document is being read, and on the thread that does.
class table {
public:
    /// The document's root.
    table(reading& shared, const node& root);

    std::string text(std::string_view key, std::string_view fallback);
    /// Empty only after an error.
    std::string required_text(std::string_view key);
    /// An element that is faulty is empty, so that indices agree with the file's.
    std::vector<std::string> texts(std::string_view key, std::vector<std::string> fallback);
    bool flag(std::string_view key, bool fallback);
    std::uint64_t count(std::string_view key, std::uint64_t fallback, std::uint64_t least, std::uint64_t most);
    /// Of an array; one that is out of range is left out, after the error.
    std::vector<std::uint64_t> counts(std::string_view key, std::vector<std::uint64_t> fallback, std::uint64_t least,
                                      std::uint64_t most);
    byte_size size(std::string_view key, byte_size fallback, byte_size least, byte_size most);
    std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds fallback,
                                       std::chrono::milliseconds least, std::chrono::milliseconds most);
    /// The index of the value in `allowed`.
    std::size_t choice(std::string_view key, std::span<const std::string_view> allowed, std::size_t fallback);
    /// An array of secrets, each a string, `{ file = … }`, `{ env = … }` or `{ credential = … }`; missing: empty.
    /// `check` says what is wrong with a secret, and `doubt` what is doubtful about another, or nothing; they may be
    /// null. One that is wrong is left out.
    std::vector<secret> secrets(std::string_view key, std::optional<std::string> (*check)(std::string_view),
                                std::optional<std::string> (*doubt)(std::string_view));
    /// A table whose keys are names of the user's choice and whose values are secrets, in the file's order; missing:
    /// empty. `check` likewise.
    std::vector<std::pair<std::string, secret>> named_secrets(std::string_view key,
                                                              std::optional<std::string> (*check)(std::string_view));

    /// Notes that the key names a file that is not for events: no sink may write them there.
    void uses_file(std::string_view key, const std::string& path);
    /// The key that has noted this very file, under whatever path, if one has.
    std::optional<std::string> user_of(const std::string& path) const;

    bool has(std::string_view key) const;
    /// The file has something else where this table belongs, which was reported.
    bool faulty() const { return faulty_; }
    /// Makes a key known that nobody reads where it is missing.
    void optional(std::string_view key) { ask(key); }
    /// The key path of this table, such as `sink[0]`; empty for the root.
    const std::string& path() const { return path_; }
    /// A table inside this one; one without keys and at this one's place where the file has none.
    table sub(std::string_view key);
    /// An array of tables; empty where the file has none.
    std::vector<table> tables(std::string_view key);

    /// The key's string as it was written, in quotes, for a message: what `${NAME}` stands for may be a secret.
    std::string written(std::string_view key) const;
    std::string written(std::string_view key, std::size_t index) const;
    /// Adds an error at the key's value, or at the table where it has no such key.
    void error(std::string_view key, std::string_view what);
    void warning(std::string_view key, std::string_view what);
    /// The same at the key's `index`-th element, counted from 0.
    void error(std::string_view key, std::size_t index, std::string_view what);
    void warning(std::string_view key, std::size_t index, std::string_view what);
    void finish();

private:
    table(reading& shared, const node* keys, place where, std::string path, effective_values& shown);

    const node* ask(std::string_view key);
    const node* ask(std::string_view key, node_kind kind, std::string_view wanted);
    std::optional<std::string> expanded(const node& value, const std::string& path);
    std::optional<std::string> expanded_text(std::string_view key, std::string_view wanted);
    std::optional<secret> any_secret(const node& value, const std::string& path, std::string& shown);
    std::optional<secret> inline_secret(const node& value, const std::string& path);
    std::optional<secret> referred_secret(table reference);
    place place_of(std::string_view key) const;
    place place_of(std::string_view key, std::size_t index) const;
    std::string path_to(std::string_view key) const;

    reading* shared_;
    const node* keys_;    // null where the file has no such table
    bool faulty_ = false; // it has something else there: nothing is missed in it
    place where_;
    std::string path_;
    effective_values* shown_;
    std::vector<std::string> asked_;
};

} // namespace hookd::config
