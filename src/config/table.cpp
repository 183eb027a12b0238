// SPDX-License-Identifier: MIT
#include "config/effective.hpp"
#include "config/expand.hpp"
#include "config/node.hpp"
#include "config/reading.hpp"

#include <hookd/config/file_identity.hpp>
#include <hookd/config/table.hpp>
#include <hookd/config/wording.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/time.hpp>

#include <algorithm>

namespace hookd::config {

namespace {

bool is_within(const node& number, std::uint64_t least, std::uint64_t most) {
    return number.integer >= 0 && static_cast<std::uint64_t>(number.integer) >= least &&
           static_cast<std::uint64_t>(number.integer) <= most;
}

std::string mismatch(std::string_view wanted, const node& value) {
    return "expected " + std::string{wanted} + ", got " + std::string{described(value.kind)};
}

/// The path of a table without the indices of its elements.
std::string without_indices(std::string_view path) {
    std::string text;
    bool inside = false;
    for (const char c : path) {
        inside = (inside || c == '[') && c != ']';
        if (!inside && c != ']') {
            text += c;
        }
    }
    return text;
}

} // namespace

table::table(reading& shared, const node& root) : table(shared, &root, root.where, {}, shared.shown) {}

table::table(reading& shared, const node* keys, place where, std::string path, effective_values& shown)
    : shared_(&shared), keys_(keys), where_(where), path_(std::move(path)), shown_(&shown) {}

bool table::checks_places() const {
    return shared_->places;
}

void table::describe(const key& declared, std::string type, std::string shown, bool required) {
    if (shared_->described != nullptr) {
        shared_->described->push_back({.table = without_indices(path_),
                                       .name = std::string{declared.name},
                                       .type = std::move(type),
                                       .fallback = std::move(shown),
                                       .required = required,
                                       .when = declared.when,
                                       .help = std::string{declared.help}});
    }
}

void table::optional(const key& declared, std::string type, std::string fallback) {
    ask(declared.name);
    describe(declared, std::move(type), std::move(fallback), false);
}

void table::missing(const key& declared, std::string type, std::string_view what) {
    ask(declared.name);
    describe(declared, std::move(type), {}, true);
    error(declared.name, what);
}

/// `shown`: for `check --print`; `value`: the same for the same effect, however it was written.
void table::record(const key& declared, std::string type, std::string shown, std::string_view value) {
    if (declared.when == applies::on_restart) {
        const auto path = path_to(declared.name);
        shared_->fixed[path] = value;
        const auto* const running = shared_->running;
        if (running != nullptr && !faulty_ && running->contains(path) && running->at(path) != value) {
            error(declared.name, "cannot be changed by a reload; restart the daemon or restore the old value");
        }
    }
    describe(declared, std::move(type), shown, false);
    shown_->set(declared.name, std::move(shown));
}

bool table::has(std::string_view key) const {
    return keys_ != nullptr && keys_->find(key) != nullptr;
}

std::string table::path_to(std::string_view key) const {
    return path_of(path_, key);
}

place table::place_of(std::string_view key) const {
    const member* const found = keys_ == nullptr ? nullptr : keys_->find(key);
    return found == nullptr ? where_ : found->value.where;
}

place table::place_of(std::string_view key, std::size_t index) const {
    const member* const found = keys_ == nullptr ? nullptr : keys_->find(key);
    return found != nullptr && index < found->value.elements.size() ? found->value.elements[index].where
                                                                    : place_of(key);
}

std::string table::written(std::string_view key) const {
    const member* const found = keys_ == nullptr ? nullptr : keys_->find(key);
    return quoted(found == nullptr ? std::string_view{} : std::string_view{found->value.text});
}

std::string table::written(std::string_view key, std::size_t index) const {
    const member* const found = keys_ == nullptr ? nullptr : keys_->find(key);
    const bool there = found != nullptr && index < found->value.elements.size();
    return quoted(there ? std::string_view{found->value.elements[index].text} : std::string_view{});
}

void table::error(std::string_view key, std::string_view what) {
    shared_->found.error(place_of(key), path_to(key), what);
}

void table::warning(std::string_view key, std::string_view what) {
    shared_->found.warning(place_of(key), path_to(key), what);
}

void table::error(std::string_view key, std::size_t index, std::string_view what) {
    shared_->found.error(place_of(key, index), path_of(path_to(key), index), what);
}

void table::warning(std::string_view key, std::size_t index, std::string_view what) {
    shared_->found.warning(place_of(key, index), path_of(path_to(key), index), what);
}

void table::uses_file(std::string_view key, const std::string& path) {
    if (!path.empty()) {
        shared_->files.push_back({path, path_to(key)});
    }
}

std::optional<std::string> table::user_of(const std::string& path) const {
    const auto found =
        std::ranges::find_if(shared_->files, [&](const used_file& each) { return same_file(each.path, path); });
    return found == shared_->files.end() ? std::nullopt : std::optional{found->key};
}

const node* table::ask(std::string_view key) {
    if (std::ranges::find(asked_, key) == asked_.end()) {
        asked_.emplace_back(key);
    }
    const member* const found = keys_ == nullptr ? nullptr : keys_->find(key);
    return found == nullptr ? nullptr : &found->value;
}

const node* table::ask(std::string_view key, node_kind kind, std::string_view wanted) {
    const node* const value = ask(key);
    if (value == nullptr || value->kind == kind) {
        return value;
    }
    error(key, mismatch(wanted, *value));
    return nullptr;
}

std::optional<std::string> table::expanded(const node& value, const std::string& path) {
    auto text = expand(value.text);
    if (!text) {
        shared_->found.error(value.where, path, text.error().message);
        return std::nullopt;
    }
    // The operating system would use only the part before it.
    if (text->contains('\0')) {
        shared_->found.error(value.where, path, "contains a NUL character; remove it");
        return std::nullopt;
    }
    return std::move(*text);
}

std::optional<std::string> table::expanded_text(std::string_view key, std::string_view wanted) {
    const node* const value = ask(key, node_kind::text, wanted);
    return value == nullptr ? std::nullopt : expanded(*value, path_to(key));
}

// `check --print` gets the text before `${NAME}` is replaced: the environment may hold secrets.

std::string table::text(const key& declared, std::string_view fallback) {
    const auto key = declared.name;
    auto value = expanded_text(key, "a string");
    record(declared, "string", literal(value ? std::string_view{keys_->find(key)->value.text} : fallback),
           value ? std::string_view{*value} : fallback);
    return value ? std::move(*value) : std::string{fallback};
}

std::string table::required_text(const key& declared) {
    const auto key = declared.name;
    describe(declared, "string", {}, true);
    if (!has(key)) {
        ask(key);
        if (!faulty_) {
            error(key, "is missing: expected a string");
        }
        return {};
    }
    auto value = expanded_text(key, "a string");
    if (!value) {
        return {};
    }
    if (value->empty()) {
        error(key, "must not be empty");
    }
    shown_->set(key, literal(std::string_view{keys_->find(key)->value.text}));
    return std::move(*value);
}

std::vector<std::string> table::texts(const key& declared, std::vector<std::string> fallback) {
    constexpr std::string_view type = "array of strings";
    const auto key = declared.name;
    const node* const value = ask(key, node_kind::array, "an array of strings: [\"…\"]");
    if (value == nullptr) {
        const auto shown = literal(fallback);
        record(declared, std::string{type}, shown, shown);
        return fallback;
    }
    std::vector<std::string> texts;
    std::vector<std::string> literals;
    for (std::size_t i = 0; i < value->elements.size(); ++i) {
        const node& element = value->elements[i];
        // Empty if the element is invalid, so that the indices agree.
        std::string& text = texts.emplace_back();
        if (element.kind == node_kind::text) {
            text = expanded(element, path_of(path_to(key), i)).value_or("");
        } else {
            error(key, i, mismatch("a string", element));
        }
        literals.push_back(literal(std::string_view{element.text}));
    }
    record(declared, std::string{type}, array_literal(literals), literal(texts));
    return texts;
}

std::optional<std::string> table::scalar(const node& value, const std::string& path) {
    if (value.kind == node_kind::text) {
        const auto text = expanded(value, path);
        return text ? std::optional(json_line(*text)) : std::nullopt;
    }
    if (value.kind == node_kind::boolean) {
        return value.boolean ? "true" : "false";
    }
    const bool number = value.kind == node_kind::integer || value.kind == node_kind::real;
    if (!number || !is_json_number(value.text)) { // TOML has infinities, too
        shared_->found.error(value.where, path,
                             number ? "expected a finite number" : mismatch("a string, a number or a boolean", value));
        return std::nullopt;
    }
    return value.text;
}

std::map<std::string, std::string> table::scalars(const key& declared,
                                                  std::optional<std::string> (*check)(std::string_view)) {
    describe(declared, "table of strings, numbers and booleans", "{}", false);
    table inside = sub(declared.name);
    std::map<std::string, std::string> good;
    for (std::size_t i = 0; inside.keys_ != nullptr && i < inside.keys_->members.size(); ++i) {
        const auto& [name, where, value] = inside.keys_->members[i];
        auto read = inside.scalar(value, inside.path_to(name));
        if (const auto wrong = check(name)) {
            inside.error(name, *wrong);
        } else if (read) {
            inside.shown_->set(key_name(name),
                               value.kind == node_kind::text ? literal(std::string_view{value.text}) : *read);
            good.emplace(name, std::move(*read));
        }
    }
    return good;
}

bool table::flag(const key& declared, bool fallback) {
    const node* const value = ask(declared.name, node_kind::boolean, "true or false, without quotes");
    const bool on = value == nullptr ? fallback : value->boolean;
    const std::string shown = on ? "true" : "false";
    record(declared, "boolean", shown, shown);
    return on;
}

std::uint64_t table::count(const key& declared, std::uint64_t fallback, std::uint64_t least, std::uint64_t most) {
    const auto key = declared.name;
    const std::string range = "from " + std::to_string(least) + " to " + std::to_string(most);
    std::uint64_t number = fallback;
    if (const node* const value = ask(key, node_kind::integer, "a whole number " + range)) {
        if (!is_within(*value, least, most)) {
            error(key, value->text + " is out of range: expected a whole number " + range);
        } else {
            number = static_cast<std::uint64_t>(value->integer);
        }
    }
    const auto shown = std::to_string(number);
    record(declared, "whole number " + range, shown, shown);
    return number;
}

std::vector<std::uint64_t> table::counts(const key& declared, std::vector<std::uint64_t> fallback, std::uint64_t least,
                                         std::uint64_t most) {
    const auto key = declared.name;
    const std::string range = "from " + std::to_string(least) + " to " + std::to_string(most);
    std::vector<std::uint64_t> numbers;
    if (const node* const value = ask(key, node_kind::array, "an array of whole numbers " + range)) {
        numbers.reserve(value->elements.size());
        for (std::size_t i = 0; i < value->elements.size(); ++i) {
            const node& element = value->elements[i];
            if (element.kind != node_kind::integer) {
                error(key, i, mismatch("a whole number " + range, element));
            } else if (!is_within(element, least, most)) {
                error(key, i, element.text + " is out of range: expected a whole number " + range);
            } else {
                numbers.push_back(static_cast<std::uint64_t>(element.integer));
            }
        }
    } else {
        numbers = std::move(fallback);
    }
    std::vector<std::string> literals;
    literals.reserve(numbers.size());
    for (const auto each : numbers) {
        literals.push_back(std::to_string(each));
    }
    const auto shown = array_literal(literals);
    record(declared, "array of whole numbers " + range, shown, shown);
    return numbers;
}

byte_size table::size(const key& declared, byte_size fallback, byte_size least, byte_size most) {
    const auto key = declared.name;
    constexpr std::string_view wanted = "a size such as \"16 KiB\", \"1 MiB\" or \"4 GiB\"";
    const std::string range = "from " + to_text(least) + " to " + to_text(most);
    std::optional<byte_size> size;
    const node* const value = ask(key);
    if (value != nullptr && value->kind == node_kind::integer) {
        size = byte_size{static_cast<std::uint64_t>(std::max<std::int64_t>(value->integer, 0))};
    } else if (const auto text = expanded_text(key, wanted)) {
        size = parse_byte_size(*text);
        if (!size) {
            error(key, "invalid size " + written(key) +
                           ": expected a whole number with B, KiB, MiB, GiB or TiB, for example \"1 MiB\"");
        }
    }
    if (size && (*size < least || *size > most)) {
        error(key, (value->kind == node_kind::text ? written(key) : value->text) +
                       " is out of range: expected a size " + range);
        size.reset();
    }
    const auto shown = literal(to_text(size.value_or(fallback)));
    record(declared, "size " + range, shown, shown);
    return size.value_or(fallback);
}

std::chrono::milliseconds table::duration(const key& declared, std::chrono::milliseconds fallback,
                                          std::chrono::milliseconds least, std::chrono::milliseconds most) {
    const auto key = declared.name;
    const std::string range = "from " + to_text(least) + " to " + to_text(most);
    std::optional<std::chrono::milliseconds> duration;
    if (const auto text = expanded_text(key, "a duration such as \"250ms\", \"10s\", \"5m\", \"1h\" or \"7d\"")) {
        duration = parse_duration(*text);
        if (!duration) {
            error(key, "invalid duration " + written(key) +
                           ": expected a whole number with ms, s, m, h or d, for example \"10s\"");
        } else if (*duration < least || *duration > most) {
            error(key, written(key) + " is out of range: expected a duration " + range);
            duration.reset();
        }
    }
    const auto shown = literal(to_text(duration.value_or(fallback)));
    record(declared, "duration " + range, shown, shown);
    return duration.value_or(fallback);
}

std::size_t table::choice(const key& declared, std::span<const std::string_view> allowed, std::size_t fallback) {
    const auto key = declared.name;
    const std::string wanted = "one of the strings " + listed(allowed);
    std::size_t index = fallback;
    if (const auto text = expanded_text(key, wanted)) {
        const auto found = std::ranges::find(allowed, *text);
        if (found != allowed.end()) {
            index = static_cast<std::size_t>(found - allowed.begin());
        } else {
            const auto near = nearest(*text, allowed);
            error(key, "invalid value " + written(key) + ": expected one of " + listed(allowed) +
                           (near ? "; did you mean " + quoted(*near) + '?' : ""));
        }
    }
    record(declared, listed(allowed), literal(allowed[index]), allowed[index]);
    return index;
}

table table::sub(std::string_view key) {
    const node* const value = ask(key, node_kind::table, "a table");
    table inner{*shared_, value, value == nullptr ? where_ : value->where, path_to(key), shown_->table(key)};
    inner.faulty_ = faulty_ || (value == nullptr && has(key));
    return inner;
}

std::vector<table> table::tables(std::string_view key) {
    const node* const value = ask(key, node_kind::array, "an array of tables ([[" + key_name(key) + "]])");
    std::vector<table> found;
    for (std::size_t i = 0; value != nullptr && i < value->elements.size(); ++i) {
        const node& element = value->elements[i];
        if (element.kind != node_kind::table) {
            error(key, i, mismatch("a table", element));
            continue;
        }
        found.push_back({*shared_, &element, element.where, path_of(path_to(key), i), shown_->element(key)});
    }
    return found;
}

void table::finish() {
    if (keys_ == nullptr) {
        return;
    }
    const std::vector<std::string_view> known(asked_.begin(), asked_.end());
    for (const member& each : keys_->members) {
        if (std::ranges::find(known, each.key) == known.end()) {
            shared_->found.error(each.where, path_to(each.key), "unknown key" + suggestion(each.key, known));
        }
    }
}

} // namespace hookd::config
