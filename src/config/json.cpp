// SPDX-License-Identifier: MIT
#include "config/document.hpp"

#include <hookd/config/wording.hpp>

#include <nlohmann/json.hpp>

#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <string>

namespace hookd::config {

namespace {

/// Hands the text to nlohmann's lexer and counts how far it has read: its SAX events carry no position. The lexer
/// keeps a copy of the iterator, so the count lies outside.
struct counting_iterator {
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    std::string_view::const_iterator at = nullptr;
    std::size_t* read = nullptr;

    reference operator*() const { return *at; }
    counting_iterator& operator++() {
        ++at;
        ++*read;
        return *this;
    }
    bool operator==(const counting_iterator& other) const { return at == other.at; }
    bool operator!=(const counting_iterator& other) const { return at != other.at; }
};

/// Builds the tree. An event comes before the lexer reads on, so between the end of the token before and this token's
/// first byte only white space, commas and colons can stand. (A number's end takes one byte more, to see that it is
/// over; that byte never begins a value.)
class tree_builder {
public:
    using json = nlohmann::json;

    tree_builder(const source& from, const std::size_t& read, diagnostics& found)
        : from_(from), read_(read), found_(found) {}

    bool null() { return add(node_kind::null) != nullptr; }
    bool boolean(bool value) {
        add(node_kind::boolean)->boolean = value;
        return true;
    }
    bool number_integer(json::number_integer_t value) {
        node* const added = add(node_kind::integer);
        added->integer = value;
        added->text = std::to_string(value);
        return true;
    }
    bool number_unsigned(json::number_unsigned_t value) {
        constexpr json::number_unsigned_t most = std::numeric_limits<std::int64_t>::max();
        node* const added = add(node_kind::integer);
        added->integer = static_cast<std::int64_t>(std::min(value, most));
        added->text = std::to_string(value);
        return true;
    }
    bool number_float(json::number_float_t /*value*/, const std::string& text) {
        add(node_kind::real)->text = text;
        return true;
    }
    bool string(std::string& value) {
        add(node_kind::text)->text = std::move(value);
        return true;
    }
    bool binary(json::binary_t&) { return false; }

    bool start_object(std::size_t) { return open(node_kind::table); }
    bool start_array(std::size_t) { return open(node_kind::array); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name);
    bool parse_error(std::size_t position, const std::string& last_token, const nlohmann::detail::exception& error);

    std::optional<node> take_root() { return std::move(root_); }

private:
    struct level {
        node* container;
        std::string path;
        std::map<std::string, place> keys; // of a table, so far
        std::unique_ptr<member> repeated;  // takes the value of a key that came before; levels move, it must not
    };

    place token_place();
    std::string next_path() const;
    node* add(node_kind kind);
    bool open(node_kind kind);
    bool close();

    const source& from_;
    const std::size_t& read_;
    diagnostics& found_;
    std::size_t token_end_ = 0;
    std::optional<node> root_;
    std::vector<level> open_;
    std::optional<member> pending_; // a key that waits for its value
    bool pending_repeated_ = false;
};

place tree_builder::token_place() {
    std::size_t begin = token_end_;
    while (begin < from_.text().size() && std::string_view{" \t\r\n,:"}.contains(from_.text()[begin])) {
        ++begin;
    }
    token_end_ = read_;
    return from_.at(begin);
}

node* tree_builder::add(node_kind kind) {
    const place where = token_place();
    if (open_.empty()) {
        return &root_.emplace(kind, where);
    }
    level& top = open_.back();
    if (top.container->kind == node_kind::array) {
        return &top.container->elements.emplace_back(kind, where);
    }
    member complete{std::move(pending_->key), pending_->where, node{kind, where}};
    pending_.reset();
    if (pending_repeated_) {
        top.repeated = std::make_unique<member>(std::move(complete));
        return &top.repeated->value;
    }
    return &top.container->members.emplace_back(std::move(complete)).value;
}

std::string tree_builder::next_path() const {
    if (open_.empty()) {
        return {};
    }
    const level& top = open_.back();
    return pending_ ? path_of(top.path, pending_->key) : path_of(top.path, top.container->elements.size());
}

bool tree_builder::open(node_kind kind) {
    std::string path = next_path();
    node* const added = add(kind);
    if (open_.size() == deepest_nesting) {
        found_.error(added->where, "", "nested too deeply; a configuration has four levels");
        return false;
    }
    open_.push_back({added, std::move(path), {}, {}});
    return true;
}

bool tree_builder::close() {
    open_.pop_back();
    token_end_ = read_;
    return true;
}

bool tree_builder::key(std::string& name) {
    const place where = token_place();
    const auto [first, added] = open_.back().keys.try_emplace(name, where);
    pending_repeated_ = !added;
    if (!added) {
        found_.error(where, path_of(open_.back().path, name),
                     "duplicate key, first in line " + std::to_string(first->second.line) + "; remove one of them");
    }
    pending_.emplace(std::move(name), where, node{});
    return true;
}

/// The message without the text that was being read, which could be a secret.
std::string syntax_error(std::string_view what) {
    if (what.contains("number overflow")) {
        return "not JSON: number too large";
    }
    if (const auto begin = what.find(" - "); begin != std::string_view::npos) {
        what.remove_prefix(begin + 3);
    }
    std::string text = "not JSON: " + std::string{what.substr(0, what.find("; last read"))};
    // After a value nlohmann names the closing bracket alone.
    for (const std::string_view closing : {"expected '}'", "expected ']'"}) {
        if (text.ends_with(closing)) {
            text.insert(text.size() - 3, "',' or ");
        }
    }
    return text;
}

/// How long the token is that was not expected: nlohmann tells where it ends.
std::size_t unexpected_length(std::string_view what, std::string_view last_token) {
    if (what.contains("unexpected string literal") || what.contains("unexpected number literal")) {
        return last_token.size();
    }
    if (what.contains("unexpected false literal")) {
        return 5;
    }
    return what.contains("unexpected true literal") || what.contains("unexpected null literal") ? 4 : 1;
}

bool tree_builder::parse_error(std::size_t position, const std::string& last_token,
                               const nlohmann::detail::exception& error) {
    const std::size_t length = unexpected_length(error.what(), last_token);
    found_.error(from_.at(position > length ? position - length : 0), "", syntax_error(error.what()));
    return false;
}

} // namespace

std::optional<node> parse_json(const source& from, diagnostics& found) {
    const std::string_view text = from.text();
    std::size_t read = 0;
    tree_builder builder{from, read, found};
    const counting_iterator begin{text.begin(), &read};
    const counting_iterator end{text.end(), &read};
    if (!nlohmann::json::sax_parse(begin, end, &builder)) {
        return std::nullopt;
    }
    auto root = builder.take_root();
    if (root && root->kind != node_kind::table) {
        found.error(root->where, "", "expected a table: { … }, got " + std::string{described(root->kind)});
        return std::nullopt;
    }
    return root;
}

} // namespace hookd::config
