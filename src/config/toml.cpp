// SPDX-License-Identifier: MIT
#include "config/document.hpp"

#include <hookd/config/wording.hpp>

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace hookd::config {

namespace {

place place_of(const toml::source_region& region, const source& from) {
    return from.at_code_point(region.begin.line, region.begin.column);
}

void convert(toml::node& value, const source& from, node& into);

void convert_children(toml::node& value, const source& from, node& into) {
    if (auto* const table = value.as_table()) {
        into.kind = node_kind::table;
        for (auto&& [key, child] : *table) {
            member& added = into.members.emplace_back(std::string{key.str()}, place_of(key.source(), from), node{});
            added.value.where = added.where;
            convert(child, from, added.value);
        }
    } else if (auto* const array = value.as_array()) {
        into.kind = node_kind::array;
        for (auto& child : *array) {
            node& added = into.elements.emplace_back();
            added.where = into.where;
            convert(child, from, added);
        }
    }
}

/// `into` comes with the place of its key, which is kept if toml++ has none for the value. Strings are moved out: a
/// copy left in toml++'s tree could hold a secret.
void convert(toml::node& value, const source& from, node& into) {
    if (const place own = place_of(value.source(), from); own.line != 0) {
        into.where = own;
    }
    if (auto* const text = value.as_string()) {
        into.kind = node_kind::text;
        into.text = std::move(text->get());
    } else if (const auto* const integer = value.as_integer()) {
        into.kind = node_kind::integer;
        into.integer = integer->get();
        into.text = std::to_string(integer->get());
    } else if (const auto* const real = value.as_floating_point()) {
        into.kind = node_kind::real;
        std::array<char, 32> shortest{}; // that is read as this number again
        into.text.assign(shortest.data(), std::to_chars(shortest.begin(), shortest.end(), real->get()).ptr);
    } else if (const auto* const boolean = value.as_boolean()) {
        into.kind = node_kind::boolean;
        into.boolean = boolean->get();
    } else if (value.is_date() || value.is_time() || value.is_date_time()) {
        into.kind = node_kind::date;
    } else {
        convert_children(value, from, into);
    }
}

/// toml++ may quote what it was reading: a few characters help, but more could be an unquoted secret.
std::string without_long_quotes(std::string text) {
    constexpr std::size_t most = 12;
    for (std::size_t open = text.find('\''); open != std::string::npos; open = text.find('\'', open + 1)) {
        const std::size_t close = text.find('\'', open + 1);
        if (close == std::string::npos) {
            break;
        }
        if (close - open - 1 > most) {
            text.replace(open, close - open + 1, "it");
        } else {
            open = close;
        }
    }
    return text;
}

/// Some quotations include what follows the word: the end of a line would split the message into two lines.
std::string on_one_line(std::string_view text) {
    std::string line{text};
    std::ranges::replace_if(line, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, ' ');
    return line;
}

std::string syntax_error(std::string_view description) {
    constexpr std::string_view undetermined = "could not determine value type";
    std::string text = "not TOML: ";
    if (description.ends_with(undetermined)) {
        return text + "not a value; strings need quotes";
    }
    constexpr std::string_view lead_in = "Error while parsing ";
    const auto colon = description.find(": ");
    if (!description.starts_with(lead_in) || colon == std::string_view::npos) {
        return text + without_long_quotes(on_one_line(description));
    }
    const std::string_view scope = description.substr(lead_in.size(), colon - lead_in.size());
    text += without_long_quotes(on_one_line(description.substr(colon + 2))) + ", in a " + std::string{scope};
    // An unquoted word such as `info` may begin like a value that needs no quotes.
    const bool bare = scope == "floating-point" || scope == "boolean" || scope.ends_with("integer");
    return bare ? text + "; strings need quotes" : text;
}

} // namespace

std::optional<node> parse_toml(const source& from, diagnostics& found) {
    if (const auto deep = find_deep_nesting(from.text())) {
        found.error(from.at(*deep), "", "nested too deeply; a configuration has four levels");
        return std::nullopt;
    }
    try {
        toml::table document = toml::parse(from.text());
        node root{node_kind::table, {1, 1}};
        convert(document, from, root);
        root.where = {1, 1};
        return root;
    } catch (const toml::parse_error& error) {
        found.error(place_of(error.source(), from), "", syntax_error(error.description()));
        return std::nullopt;
    }
}

} // namespace hookd::config
