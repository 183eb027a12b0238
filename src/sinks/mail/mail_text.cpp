// SPDX-License-Identifier: MIT
#include "sinks/mail/mail_text.hpp"

#include <hookd/config/wording.hpp>
#include <hookd/core/base64.hpp>
#include <hookd/core/text.hpp>
#include <hookd/core/time.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace hookd::sinks {

namespace {

constexpr std::size_t longest_value = 4096;

/// A member of the event's data; empty if there is none of that name.
std::string member_of(const event& what, const char* name) {
    const auto data = nlohmann::json::parse(what.json ? what.body : "{}", nullptr, false);
    if (data.is_discarded()) { // valid JSON that this parser rejects: half a surrogate pair, a number out of range
        return "(cannot be shown)";
    }
    const auto found = data.is_object() ? data.find(name) : data.end();
    if (!data.is_object() || found == data.end() || found->is_structured()) { // those may be nested without a limit
        return {};
    }
    return found->is_string() ? found->get<std::string>() : found->dump();
}

struct placeholder {
    std::string_view name;
    std::string (*value)(const event& what);
};

constexpr std::array placeholders{
    placeholder{"type", [](const event& what) { return what.type; }},
    placeholder{"document", [](const event& what) { return what.document; }},
    placeholder{"collection", [](const event& what) { return what.collection; }},
    placeholder{"error", [](const event& what) { return member_of(what, "error"); }},
    placeholder{"message", [](const event& what) { return member_of(what, "message"); }},
    placeholder{"endpoint", [](const event& what) { return what.endpoint; }},
    placeholder{"time", [](const event& what) { return to_rfc3339(what.accepted); }},
    placeholder{"id", [](const event& what) { return what.id; }},
    placeholder{"sequence", [](const event& what) { return std::to_string(what.sequence); }},
};

const placeholder* find(std::string_view name) {
    const auto* const found = std::ranges::find(placeholders, name, &placeholder::name);
    return found == placeholders.end() ? nullptr : found;
}

/// Calls `plain` for each piece of text and `named` for each name in braces; `{{` and `}}` are braces. False if a brace
/// has no partner.
template <class Plain, class Named>
bool walk(std::string_view text, Plain plain, Named named) {
    while (!text.empty()) {
        const auto brace = text.find_first_of("{}");
        plain(text.substr(0, brace));
        if (brace == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(brace);
        if (text.size() > 1 && text[1] == text[0]) {
            plain(text.substr(0, 1));
            text.remove_prefix(2);
            continue;
        }
        const auto end = text.find('}');
        if (text[0] == '}' || end == std::string_view::npos) {
            return false;
        }
        named(text.substr(1, end - 1));
        text.remove_prefix(end + 1);
    }
    return true;
}

std::string harmless(std::string_view value) {
    std::string text{utf8_prefix(value, longest_value)};
    std::ranges::replace_if(
        text, [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') || c == '\x7F'; },
        ' ');
    return text;
}

std::string encoded_word(std::string_view piece) {
    return "=?UTF-8?B?" + base64::encoded(std::as_bytes(std::span{piece})) + "?=";
}

/// A header field as lines of at most 78 characters, encoded if it is not short plain ASCII (RFC 2047 section 5).
std::string header_line(std::string_view name, std::string_view value) {
    std::string line{name};
    line += ':';
    const bool plain =
        value.size() < 60 &&
        std::ranges::all_of(value, [](char c) { return c >= ' ' && c < '\x7F'; }) && !value.contains("=?");
    if (plain) {
        return line + ' ' + std::string{value};
    }
    // An encoded word may have 75 characters, and must not end within one of the text's.
    constexpr std::size_t most = 36;
    std::string one_line{utf8_prefix(value, 998)};
    std::ranges::replace_if(one_line, [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
    for (std::string_view rest = one_line; !rest.empty();) {
        const auto piece = utf8_prefix(rest, most);
        line += (rest.size() == one_line.size() ? " " : "\r\n ") + encoded_word(piece);
        rest.remove_prefix(piece.size());
    }
    return line;
}

/// RFC 5322 section 3.6.4.
std::string message_id(const event& what) {
    std::string id;
    std::ranges::copy_if(what.id, std::back_inserter(id), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
    return '<' + id + '.' + std::to_string(what.sequence) + "@colivara-hookd.invalid>";
}

/// The text in base64, with the line ends of mails: lines of at most 76 characters, none of which begins with a dot.
std::string encoded_text(std::string_view text) {
    std::string mail_lines;
    for (const char c : text) {
        if (c != '\r') {
            mail_lines += c == '\n' ? "\r\n" : std::string{c};
        }
    }
    constexpr std::size_t line = 57;
    std::string encoded;
    for (std::string_view rest = mail_lines; !rest.empty();) {
        const auto piece = rest.substr(0, line);
        encoded += base64::encoded(std::as_bytes(std::span{piece})) + "\r\n";
        rest.remove_prefix(piece.size());
    }
    return encoded;
}

/// RFC 5322 section 3.3.
std::string date(unix_millis when) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000",
                       fmt::gmtime(std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count()));
}

} // namespace

std::optional<std::string> check_template(std::string_view text) {
    std::optional<std::string> wrong;
    const bool closed = walk(
        text, [](std::string_view) {},
        [&](std::string_view name) {
            if (!wrong && find(name) == nullptr) {
                std::array<std::string_view, placeholders.size()> names;
                std::ranges::transform(placeholders, names.begin(), &placeholder::name);
                wrong = "unknown name " + config::quoted(name) + " in braces" + config::suggestion(name, names);
            }
        });
    if (!closed) {
        return "a brace is not closed: write {name}, or {{ and }} for braces";
    }
    return wrong;
}

std::string fill_in(std::string_view text, const event& what) {
    std::string filled;
    walk(
        text, [&](std::string_view piece) { filled += piece; },
        [&](std::string_view name) { filled += harmless(find(name)->value(what)); });
    return filled;
}

delivery_preview mail_options::preview(const event& what) const {
    delivery_preview shown{{{"server", server}, {"from", from}}, fill_in(text, what)};
    for (const auto& each : to) {
        shown.fields.emplace_back("to", each);
    }
    shown.fields.emplace_back("subject", fill_in(subject, what));
    return shown;
}

std::string compose_mail(const mail_options& options, const event& what) {
    std::string mail = "Date: " + date(what.accepted);
    mail += "\r\nFrom: " + options.from;
    mail += fmt::format("\r\nTo: {}\r\n", fmt::join(options.to, ",\r\n "));
    mail += header_line("Subject", fill_in(options.subject, what));
    mail += "\r\nMessage-ID: " + message_id(what);
    mail += "\r\nAuto-Submitted: auto-generated"; // RFC 3834: no replies from holiday programs
    mail +=
        "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    mail += encoded_text(fill_in(options.text, what));
    return mail;
}

} // namespace hookd::sinks
