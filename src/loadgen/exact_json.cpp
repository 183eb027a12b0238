// SPDX-License-Identifier: MIT
#include "loadgen/exact_json.hpp"

#include <hookd/core/json_text.hpp>

#include <utility>
#include <vector>

namespace hookd::loadgen {

namespace {

using json = nlohmann::ordered_json;

/// A copy for the library in which each number is replaced by its index in `numbers`. Anything else stays, valid or
/// not.
std::string take_numbers(std::string_view text, std::vector<std::string_view>& numbers) {
    std::string copy;
    bool in_string = false;
    while (!text.empty()) {
        std::size_t taken = 1;
        const auto number = in_string ? std::string_view{} : number_like(text);
        if (!number.empty() && is_json_number(number)) {
            taken = number.size();
            copy += std::to_string(numbers.size());
            numbers.push_back(number);
        } else {
            taken = !number.empty() ? number.size() : in_string && text.starts_with('\\') && text.size() > 1 ? 2 : 1;
            in_string ^= text.starts_with('"');
            copy += text.substr(0, taken);
        }
        text.remove_prefix(taken);
    }
    return copy;
}

void put_numbers(json& value, const std::vector<std::string_view>& numbers) {
    if (value.is_number()) {
        const auto text = numbers.at(value.get<std::size_t>());
        value = json::binary({text.begin(), text.end()});
    } else if (value.is_structured()) {
        for (auto& part : value) {
            put_numbers(part, numbers);
        }
    }
}

} // namespace

nlohmann::ordered_json parse_exact(std::string_view text) {
    std::vector<std::string_view> numbers;
    auto value = parse_json(take_numbers(text, numbers));
    put_numbers(value, numbers);
    return value;
}

void append_exact(const nlohmann::ordered_json& value, std::string& to) {
    if (value.is_binary()) {
        const auto& text = value.get_binary();
        to.append(text.begin(), text.end());
    } else if (value.is_structured()) {
        const bool object = value.is_object();
        const auto* separator = object ? "{" : "[";
        for (const auto& [key, part] : value.items()) {
            to += std::exchange(separator, ",");
            to += object ? json(key).dump() + ':' : "";
            append_exact(part, to);
        }
        to += value.empty() ? separator : "";
        to += object ? '}' : ']';
    } else {
        to += value.dump();
    }
}

} // namespace hookd::loadgen
