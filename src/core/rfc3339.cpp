// SPDX-License-Identifier: MIT
#include <hookd/core/rfc3339.hpp>

namespace hookd {

namespace {

constexpr int last_second = 60; // a leap second

/// Takes exactly `digits` decimal digits; nothing if there are fewer.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) {
        return std::nullopt;
    }
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || !any_of.contains(text.front())) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// `12:34`, the second number below 60.
std::optional<std::chrono::minutes> take_hours_and_minutes(std::string_view& text) {
    const auto hours = take_digits(text, 2);
    if (!hours || *hours > 23 || !take(text, ":")) {
        return std::nullopt;
    }
    const auto minutes = take_digits(text, 2);
    if (!minutes || *minutes > 59) {
        return std::nullopt;
    }
    return std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
}

std::optional<std::chrono::sys_days> take_day(std::string_view& text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, "-")) {
        return std::nullopt;
    }
    const auto month = take_digits(text, 2);
    if (!month || !take(text, "-")) {
        return std::nullopt;
    }
    const auto day = take_digits(text, 2);
    if (!day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    return date.ok() ? std::optional{std::chrono::sys_days{date}} : std::nullopt;
}

/// `.123456`, or nothing.
std::optional<std::chrono::milliseconds> take_fraction(std::string_view& text) {
    if (!take(text, ".")) {
        return std::chrono::milliseconds{0};
    }
    int millis = 0;
    int weight = 100;
    bool any = false;
    while (const auto digit = take_digits(text, 1)) {
        millis += *digit * weight;
        weight /= 10;
        any = true;
    }
    return any ? std::optional{std::chrono::milliseconds{millis}} : std::nullopt;
}

/// The offset of the written time from UTC.
std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (take(text, "Zz")) {
        return std::chrono::minutes{0};
    }
    const bool behind = text.starts_with('-');
    if (!take(text, "+-")) {
        return std::nullopt;
    }
    const auto offset = take_hours_and_minutes(text);
    return offset ? std::optional{behind ? -*offset : *offset} : std::nullopt;
}

} // namespace

std::optional<unix_millis> parse_rfc3339(std::string_view text) {
    const auto day = take_day(text);
    if (!day || !take(text, "Tt ")) {
        return std::nullopt;
    }
    const auto minutes = take_hours_and_minutes(text);
    if (!minutes || !take(text, ":")) {
        return std::nullopt;
    }
    const auto seconds = take_digits(text, 2);
    if (!seconds || *seconds > last_second) {
        return std::nullopt;
    }
    const auto fraction = take_fraction(text);
    if (!fraction) {
        return std::nullopt;
    }
    const auto offset = take_offset(text);
    if (!offset || !text.empty()) {
        return std::nullopt;
    }
    return unix_millis{*day} + *minutes + std::chrono::seconds{*seconds} + *fraction - *offset;
}

} // namespace hookd
