// SPDX-License-Identifier: MIT
#pragma once

#include <spdlog/spdlog.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace hookd {

/// In quotes, with escapes, and shortened: the form of long text from outside in a message.
std::string quoted(std::string_view text);

/// Text that has that form where it is part of a message.
struct quoted_text {
    std::string_view text;
    bool operator==(const quoted_text&) const = default;
};

/// A member of a JSON log line.
struct log_field {
    std::string_view name;
    std::variant<std::string_view, quoted_text, std::uint64_t> value;
};

/// What a log line is about. In JSON these are members of its object, without empty ones. In text, `shown` follows the
/// message as `; name=value name=value`, with `-` for an empty value; the message itself says what is in `others`.
struct log_fields {
    std::initializer_list<log_field> shown{};
    std::initializer_list<log_field> others{};
};

/// Whether lines are written as JSON from now on. Any thread.
void write_log_fields_as_json(bool wanted);

/// Writes a line with fields to spdlog's default logger. Any thread.
void log_line(spdlog::level::level_enum level, const log_fields& fields, std::string_view message);

template <class... Args>
    requires(sizeof...(Args) > 0)
void log_line(spdlog::level::level_enum level, const log_fields& fields, spdlog::format_string_t<Args...> format,
              Args&&... args) {
    if (spdlog::should_log(level)) {
        log_line(level, fields, std::string_view{fmt::format(format, std::forward<Args>(args)...)});
    }
}

/// A line as it reaches a formatter.
struct log_line_parts {
    std::string_view message;
    std::string_view fields; ///< A JSON object, one line; empty if the line has no fields, or they are in the message.
};
log_line_parts parts_of(const spdlog::details::log_msg& line);

} // namespace hookd
