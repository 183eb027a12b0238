// SPDX-License-Identifier: MIT
#include "config/effective.hpp"

#include <algorithm>

namespace hookd::config {

void effective_values::set(std::string_view key, std::string literal) {
    for (auto& [known, value] : values_) {
        if (known == key) {
            value = std::move(literal);
            return;
        }
    }
    values_.emplace_back(key, std::move(literal));
}

effective_values& effective_values::table(std::string_view key) {
    const auto known = std::ranges::find(children_, key, &child::key);
    return known != children_.end() ? known->values : children_.emplace_back(std::string{key}, false).values;
}

effective_values& effective_values::element(std::string_view key) {
    return children_.emplace_back(std::string{key}, true).values;
}

std::string effective_values::text() const {
    std::string out;
    write(out, "");
    return out;
}

std::string effective_values::line() const {
    std::string out;
    for (const auto& [key, value] : values_) {
        out.append(out.empty() ? "" : ", ").append(key).append(" = ").append(value);
    }
    return out;
}

void effective_values::write(std::string& out, const std::string& path) const {
    for (const auto& [key, value] : values_) {
        out.append(key).append(" = ").append(value).append("\n");
    }
    for (const child& each : children_) {
        const std::string inner = path.empty() ? each.key : path + '.' + each.key;
        const std::string_view gap = out.empty() ? "" : "\n";
        if (each.element) {
            out.append(gap).append("[[").append(inner).append("]]\n");
        } else if (!each.values.values_.empty()) {
            out.append(gap).append("[").append(inner).append("]\n");
        }
        each.values.write(out, inner);
    }
}

std::string literal(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += {'\\', c};
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20 || byte == 0x7F) {
            out += {'\\', 'u', '0', '0', digits[byte >> 4U], digits[byte & 15U]};
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string array_literal(const std::vector<std::string>& literals) {
    std::string out = "[";
    for (const std::string& each : literals) {
        out += (out.size() == 1 ? "" : ", ") + each;
    }
    return out + ']';
}

std::string literal(const std::vector<std::string>& texts) {
    std::vector<std::string> literals;
    literals.reserve(texts.size());
    for (const std::string& each : texts) {
        literals.push_back(literal(std::string_view{each}));
    }
    return array_literal(literals);
}

} // namespace hookd::config
