// SPDX-License-Identifier: MIT
#include "sinks/http/http_message.hpp"

#include <hookd/sinks/event_line.hpp>

#include <algorithm>
#include <utility>

namespace hookd::sinks {
namespace {

bool may_be_sent(const header_field& field) {
    return std::ranges::none_of(field.value, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7F'; });
}

/// With the names under which they arrived: a receiver may know only one of the two families.
void add_signature(std::vector<header_field>& fields, const event& what) {
    fields.push_back({what.unbranded ? "webhook-id" : "svix-id", what.id});
    fields.push_back({what.unbranded ? "webhook-timestamp" : "svix-timestamp", what.timestamp});
    fields.push_back({what.unbranded ? "webhook-signature" : "svix-signature", what.signature});
}

} // namespace

std::optional<http_message> compose(const http_options& options, const event& what) {
    http_message made;
    auto& fields = made.fields;
    if (options.format == http_format::original) {
        fields.push_back({"Content-Type", what.json ? "application/json" : "application/octet-stream"});
        add_signature(fields, what);
        made.body = what.body;
    } else {
        // CloudEvents, HTTP protocol binding, section 3.2; JSON is UTF-8 by RFC 8259.
        fields.push_back({"Content-Type", options.content_type});
        made.body = event_line(what);
    }
    fields.push_back({"Idempotency-Key", what.id});
    if (!what.traceparent.empty()) {
        fields.push_back({"traceparent", what.traceparent});
    }
    const bool named = std::ranges::any_of(options.headers,
                                           [](const auto& each) { return same_field_name(each.first, "User-Agent"); });
    if (!named) {
        fields.push_back({"User-Agent", "colivara-hookd"});
    }
    for (const auto& [name, value] : options.headers) {
        fields.push_back({name, value.text()});
    }
    if (!std::ranges::all_of(fields, may_be_sent)) {
        return std::nullopt;
    }
    return made;
}

delivery_preview http_options::preview(const event& what) const {
    delivery_preview shown{{{"url", (where.tls ? "https://" : "http://") + where.authority() + where.target}}, {}};
    auto message = compose(*this, what);
    if (!message) {
        shown.fields.emplace_back("rejected", unsendable);
        return shown;
    }
    for (const auto& [name, value] : message->fields) {
        const bool configured =
            std::ranges::any_of(headers, [&](const auto& each) { return same_field_name(each.first, name); });
        shown.fields.emplace_back("header", std::string{name} + ": " + (configured ? "<secret>" : std::string{value}));
    }
    shown.content = std::move(message->body);
    return shown;
}

} // namespace hookd::sinks
