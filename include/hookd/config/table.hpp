// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/diagnostics.hpp>
#include <hookd/config/key.hpp>
#include <hookd/core/byte_size.hpp>
#include <hookd/core/secret.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookd::config {

struct node;            // a value of the document, with its place
struct reading;         // what all tables of a document share
class effective_values; // what `check --print` shows; filled while reading
enum class node_kind : std::uint8_t;

/// A table of the document while it is read. Each reader takes the declaration of a key, what its value must be and a
/// default. Errors go to the diagnostics, and the default is returned, so reading never fails and continues with the
/// next key. `finish()` then reports the keys that were not read, with the most similar key that was. In strings
/// `${NAME}` is already replaced. A missing `required` key is an error at the place of the table. Each value that is
/// read is also recorded for `check --print`, and a key that needs a restart is compared with its value in the running
/// daemon. Valid only while the document is read, and on the thread that reads it.
class table {
public:
    /// The document's root.
    table(reading& shared, const node& root);

    std::string text(const key& declared, std::string_view fallback);
    /// Empty only after an error.
    std::string required_text(const key& declared);
    /// An invalid element is empty, so that the indices agree with the file.
    std::vector<std::string> texts(const key& declared, std::vector<std::string> fallback);
    bool flag(const key& declared, bool fallback);
    std::uint64_t count(const key& declared, std::uint64_t fallback, std::uint64_t least, std::uint64_t most);
    /// The numbers of an array, without those that are out of range, which are errors.
    std::vector<std::uint64_t> counts(const key& declared, std::vector<std::uint64_t> fallback, std::uint64_t least,
                                      std::uint64_t most);
    byte_size size(const key& declared, byte_size fallback, byte_size least, byte_size most);
    std::chrono::milliseconds duration(const key& declared, std::chrono::milliseconds fallback,
                                       std::chrono::milliseconds least, std::chrono::milliseconds most);
    /// The index of the value in `allowed`.
    std::size_t choice(const key& declared, std::span<const std::string_view> allowed, std::size_t fallback);
    /// An array of secrets, each a string, `{ file = … }`, `{ env = … }` or `{ credential = … }`; empty if missing.
    /// `check` returns what is wrong with a secret, and `doubt` a warning about a valid one, or nothing; they may be
    /// null. Invalid secrets are left out.
    std::vector<secret> secrets(const key& declared, std::optional<std::string> (*check)(std::string_view),
                                std::optional<std::string> (*doubt)(std::string_view));
    /// One secret, in the same forms; nothing if missing or invalid.
    std::optional<secret> optional_secret(const key& declared);
    /// A table whose keys are names of the user's choice and whose values are secrets, in file order; empty if missing.
    /// `check` as above.
    std::vector<std::pair<std::string, secret>> named_secrets(const key& declared,
                                                              std::optional<std::string> (*check)(std::string_view));

    /// A table whose keys are names of the user's choice, and whose values are strings, numbers or booleans, as JSON;
    /// empty if missing. `check` returns what is wrong with a name, or nothing.
    std::map<std::string, std::string> scalars(const key& declared,
                                               std::optional<std::string> (*check)(std::string_view));

    /// Records that the key names a file for something other than events: no sink may write there.
    void uses_file(std::string_view key, const std::string& path);
    /// The key that uses the same file (whatever its path there), if any.
    std::optional<std::string> user_of(const std::string& path) const;

    bool has(std::string_view key) const;
    /// The document has something other than a table here, which was reported.
    bool faulty() const { return faulty_; }
    /// Whether to check the directories in which a start creates the journal and the Unix sockets.
    bool checks_places() const;
    /// Declares a key that is only read if it is present. `fallback`: its default, as TOML; empty if there is none.
    void optional(const key& declared, std::string type, std::string fallback = {});
    /// Declares a required key that the file lacks, and reports it.
    void missing(const key& declared, std::string type, std::string_view what);
    /// Makes the key of a table known that is only read if it is present, or later: messages list the keys in this
    /// order.
    void optional_table(std::string_view key) { ask(key); }
    /// The key path of this table, such as `sink[0]`; empty for the root.
    const std::string& path() const { return path_; }
    /// A table inside this one. If the file has none: without keys, at the place of this one.
    table sub(std::string_view key);
    /// An array of tables; empty if the file has none.
    std::vector<table> tables(std::string_view key);

    /// The string as it was written, in quotes, for a message: the value of `${NAME}` may be a secret.
    std::string written(std::string_view key) const;
    std::string written(std::string_view key, std::size_t index) const;
    /// Adds an error at the value of the key, or at the table if it has no such key.
    void error(std::string_view key, std::string_view what);
    void warning(std::string_view key, std::string_view what);
    /// The same at the `index`-th element of the key's array, counted from 0.
    void error(std::string_view key, std::size_t index, std::string_view what);
    void warning(std::string_view key, std::size_t index, std::string_view what);
    void finish();

private:
    table(reading& shared, const node* keys, place where, std::string path, effective_values& shown);

    const node* ask(std::string_view key);
    const node* ask(std::string_view key, node_kind kind, std::string_view wanted);
    std::optional<std::string> expanded(const node& value, const std::string& path);
    std::optional<std::string> scalar(const node& value, const std::string& path);
    std::optional<std::string> expanded_text(std::string_view key, std::string_view wanted);
    void record(const key& declared, std::string type, std::string shown, std::string_view value);
    void describe(const key& declared, std::string type, std::string shown, bool required);
    std::optional<secret> any_secret(const node& value, const std::string& path, std::string& shown);
    std::optional<secret> inline_secret(const node& value, const std::string& path);
    std::optional<secret> referred_secret(table reference);
    place place_of(std::string_view key) const;
    place place_of(std::string_view key, std::size_t index) const;
    std::string path_to(std::string_view key) const;

    reading* shared_;
    const node* keys_;    // null if the file has no such table
    bool faulty_ = false; // the file has something else there: do not report missing keys
    place where_;
    std::string path_;
    effective_values* shown_;
    std::vector<std::string> asked_;
};

} // namespace hookd::config
