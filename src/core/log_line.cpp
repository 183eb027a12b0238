// SPDX-License-Identifier: MIT
#include <hookd/core/json_text.hpp>
#include <hookd/core/log_line.hpp>

#include <atomic>
#include <string>

namespace hookd {

namespace {

/// Marks lines with fields behind the message, by its address: text from outside cannot imitate it. The place in the
/// source travels with a line and is not used otherwise.
constexpr char with_fields[] = "fields";

std::atomic<bool> as_json{false};

constexpr std::size_t longest_quoted = 200;

/// For std::visit.
template <class... Functions>
struct overloaded : Functions... {
    using Functions::operator()...;
};

std::string text_of(const log_field& field) {
    return std::visit(overloaded{[](std::string_view value) { return std::string{value.empty() ? "-" : value}; },
                                 [](quoted_text value) { return quoted(value.text); },
                                 [](std::uint64_t value) { return std::to_string(value); }},
                      field.value);
}

nlohmann::ordered_json json_of(const log_field& field) {
    return std::visit(
        overloaded{[](quoted_text value) { return nlohmann::ordered_json(value.text.substr(0, longest_quoted)); },
                   [](auto value) { return nlohmann::ordered_json(value); }},
        field.value);
}

std::string with_suffix(std::string_view message, const log_fields& fields) {
    std::string text{message};
    std::string_view before = "; ";
    for (const auto& field : fields.shown) {
        text.append(before).append(field.name).append("=").append(text_of(field));
        before = " ";
    }
    return text;
}

std::string json_of(const log_fields& fields) {
    nlohmann::ordered_json object;
    for (const auto& some : {fields.shown, fields.others}) {
        for (const auto& field : some) {
            if (field.value != log_field{}.value) {
                object[std::string{field.name}] = json_of(field);
            }
        }
    }
    return object.is_null() ? std::string{} : json_line(object);
}

} // namespace

std::string quoted(std::string_view text) {
    return json_line(std::string{text.substr(0, longest_quoted)}) + (text.size() > longest_quoted ? "..." : "");
}

void write_log_fields_as_json(bool wanted) {
    as_json = wanted;
}

void log_line(spdlog::level::level_enum level, const log_fields& fields, std::string_view message) {
    if (!spdlog::should_log(level)) {
        return;
    }
    if (!as_json) {
        spdlog::log(level, spdlog::string_view_t{with_suffix(message, fields)});
        return;
    }
    std::string payload{message};
    payload += json_of(fields);
    spdlog::log({with_fields, static_cast<int>(message.size()), nullptr}, level, spdlog::string_view_t{payload});
}

log_line_parts parts_of(const spdlog::details::log_msg& line) {
    const std::string_view payload{line.payload.data(), line.payload.size()};
    if (line.source.filename != with_fields) {
        return {.message = payload, .fields = {}};
    }
    const auto message = static_cast<std::size_t>(line.source.line);
    return {.message = payload.substr(0, message), .fields = payload.substr(message)};
}

} // namespace hookd
