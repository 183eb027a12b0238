// SPDX-License-Identifier: MIT
#include "config/effective.hpp"
#include "config/expand.hpp"
#include "config/files.hpp"
#include "config/node.hpp"
#include "config/reading.hpp"

#include <hookd/config/table.hpp>
#include <hookd/config/wording.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace hookd::config {

namespace {

constexpr std::array<std::string_view, 3> sources{"file", "env", "credential"};
constexpr std::string_view wanted = "{ file = \"…\" }, { env = \"…\" }, { credential = \"…\" } or a string";

// No message here quotes the given name: it may be the secret itself, put there by mistake.

result<secret> from_environment(const std::string& name) {
    if (!is_variable_name(name)) {
        return std::unexpected{
            error{"invalid name of an environment variable: expected the name, not the secret itself"}};
    }
    const char* const value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') {
        return std::unexpected{error{"this environment variable is not set, or empty; set it"}};
    }
    return secret{std::string_view{value}};
}

/// systemd.exec(5): a credential is a file of its name in $CREDENTIALS_DIRECTORY.
result<secret> from_credential(const std::string& name) {
    if (name.contains('/') || name == "." || name == ".." || name.size() > 255) {
        return std::unexpected{
            error{"invalid name of a credential: expected the NAME of the unit's LoadCredential=NAME:PATH"}};
    }
    const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr || *directory == '\0') {
        return std::unexpected{
            error{"CREDENTIALS_DIRECTORY is not set; systemd sets it for a unit with LoadCredential=NAME:PATH, "
                  "elsewhere use file or env"}};
    }
    return read_secret(std::string{directory} + '/' + name);
}

} // namespace

std::vector<secret> table::secrets(const key& declared, std::optional<std::string> (*check)(std::string_view),
                                   std::optional<std::string> (*doubt)(std::string_view)) {
    const auto key = declared.name;
    describe(declared, "array of secrets", {}, true);
    const node* const value = ask(key, node_kind::array, "an array: [" + std::string{wanted} + ']');
    if (value != nullptr && value->elements.empty()) {
        error(key, "must not be empty: expected at least one of " + std::string{wanted});
    }
    std::vector<secret> good;
    std::vector<std::string> literals;
    for (std::size_t i = 0; value != nullptr && i < value->elements.size(); ++i) {
        auto read = any_secret(value->elements[i], path_of(path_to(key), i), literals.emplace_back());
        if (!read) {
            continue;
        }
        if (const auto wrong = check == nullptr ? std::nullopt : check(read->text())) {
            error(key, i, *wrong);
            continue;
        }
        if (const auto doubtful = doubt == nullptr ? std::nullopt : doubt(read->text())) {
            warning(key, i, *doubtful);
        }
        good.push_back(std::move(*read));
    }
    shown_->set(key, array_literal(literals));
    return good;
}

std::optional<secret> table::optional_secret(const key& declared) {
    const node* const value = ask(declared.name);
    describe(declared, "secret", {}, false);
    if (value == nullptr) {
        return std::nullopt;
    }
    std::string shown;
    auto read = any_secret(*value, path_to(declared.name), shown);
    shown_->set(declared.name, std::move(shown));
    return read;
}

std::vector<std::pair<std::string, secret>>
table::named_secrets(const key& declared, std::optional<std::string> (*check)(std::string_view)) {
    describe(declared, "table of secrets", "{}", false);
    table inside = sub(declared.name);
    std::vector<const member*> in_order;
    for (std::size_t i = 0; inside.keys_ != nullptr && i < inside.keys_->members.size(); ++i) {
        in_order.push_back(&inside.keys_->members[i]);
    }
    std::ranges::sort(in_order, {}, [](const member* each) { return each->where; });
    std::vector<std::pair<std::string, secret>> good;
    for (const member* const each : in_order) {
        std::string shown;
        auto read = inside.any_secret(each->value, inside.path_to(each->key), shown);
        inside.shown_->set(key_name(each->key), std::move(shown));
        if (!read) {
            continue;
        }
        if (const auto wrong = check == nullptr ? std::nullopt : check(read->text())) {
            inside.error(each->key, *wrong);
        } else {
            good.emplace_back(each->key, std::move(*read));
        }
    }
    return good;
}

/// `shown` becomes what `check --print` prints for it.
std::optional<secret> table::any_secret(const node& value, const std::string& path, std::string& shown) {
    if (value.kind == node_kind::text) {
        shown = literal("<secret>");
        return inline_secret(value, path);
    }
    if (value.kind == node_kind::table) {
        effective_values source;
        auto read = referred_secret(table{*shared_, &value, value.where, path, source});
        shown = "{ " + source.line() + " }";
        return read;
    }
    shared_->found.error(value.where, path,
                         "expected " + std::string{wanted} + ", got " + std::string{described(value.kind)});
    return std::nullopt;
}

std::optional<secret> table::inline_secret(const node& value, const std::string& path) {
    auto text = expanded(value, path);
    if (!text) {
        return std::nullopt;
    }
    std::optional<secret> read;
    if (shared_->open_to_others && !value.text.contains("${")) {
        shared_->found.error(value.where, path,
                             "secret in a file that others can read; run chmod o= on this file, or use "
                             "{ file = \"…\" }");
    } else if (text->empty()) {
        shared_->found.error(value.where, path, "must not be empty: expected the secret");
    } else {
        read.emplace(std::string_view{*text});
    }
    cleanse(std::span<char>{*text});
    return read;
}

std::optional<secret> table::referred_secret(table reference) {
    std::optional<secret> read;
    std::size_t given = 0;
    for (const std::string_view source : sources) {
        if (!reference.has(source)) {
            reference.ask(source);
            continue;
        }
        const std::string name = reference.required_text({source, applies::on_reload, {}});
        if (++given != 1 || name.empty()) {
            continue;
        }
        if (source == "file") {
            reference.uses_file(source, name);
        }
        auto got = source == "file"  ? read_secret(name)
                   : source == "env" ? from_environment(name)
                                     : from_credential(name);
        if (got) {
            read = std::move(*got);
        } else {
            reference.error(source, got.error().message);
        }
    }
    if (given != 1) {
        shared_->found.error(reference.where_, reference.path_,
                             given == 0 ? "names no secret: expected one of file, env, credential"
                                        : "names more than one secret: expected one of file, env, credential");
        read.reset();
    }
    reference.finish();
    return read;
}

} // namespace hookd::config
