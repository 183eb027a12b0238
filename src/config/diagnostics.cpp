// SPDX-License-Identifier: MIT
#include <hookd/config/diagnostics.hpp>
#include <hookd/config/wording.hpp>

#include <algorithm>

namespace hookd::config {

diagnostics::entry diagnostics::make_entry(place where, std::string_view key_path, std::string_view what) const {
    std::string text = file_;
    if (where.line != 0) {
        text += ':' + std::to_string(where.line) + ':' + std::to_string(where.column);
    }
    text += ": ";
    if (!key_path.empty()) {
        text += without_secrets(key_path) + ": ";
    }
    return {where, std::string{key_path}, text + without_secrets(what)};
}

bool diagnostics::has_error(place where, std::string_view key_path) const {
    return !key_path.empty() && std::ranges::any_of(errors_, [&](const entry& each) {
        return each.where == where && each.key_path == key_path;
    });
}

void diagnostics::error(place where, std::string_view key_path, std::string_view what) {
    if (!has_error(where, key_path)) {
        errors_.push_back(make_entry(where, key_path, what));
    }
}

void diagnostics::warning(place where, std::string_view key_path, std::string_view what) {
    if (!has_error(where, key_path)) {
        warnings_.push_back(make_entry(where, key_path, what));
    }
}

namespace {

/// Entries of the same place stay in the order in which they were found.
template <class Entries>
std::vector<std::string> in_order(const Entries& entries) {
    std::vector<std::pair<place, std::size_t>> order;
    order.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        order.emplace_back(entries[i].where, i);
    }
    std::ranges::sort(order);
    std::vector<std::string> texts;
    texts.reserve(entries.size());
    for (const auto& [where, index] : order) {
        texts.push_back(entries[index].text);
    }
    return texts;
}

} // namespace

std::vector<std::string> diagnostics::errors() const {
    return in_order(errors_);
}
std::vector<std::string> diagnostics::warnings() const {
    return in_order(warnings_);
}

} // namespace hookd::config
