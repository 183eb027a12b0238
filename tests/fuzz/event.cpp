// SPDX-License-Identifier: MIT
#include "fuzz/input.hpp"
#include "fuzz/reference_json.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "sinks/exec/exec_sink.hpp"
#include "sinks/http/http_message.hpp"
#include "sinks/queue/queue_name.hpp"

#include <hookd/core/escape.hpp>
#include <hookd/core/event.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/intake/body_fields.hpp>
#include <hookd/sinks/event_line.hpp>

#include <algorithm>

namespace hookd::fuzz {

namespace {

bool no_control(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto next = first_character(text);
        if (!next.valid) {
            return false;
        }
        text.remove_prefix(next.bytes);
    }
    return true;
}

intake::body_fields read(std::string_view body) {
    auto fields = intake::read_body_fields(body);
    require(fields.json == is_json_by_grammar(body), "JSON is what its grammar says, and nothing else");
    return fields;
}

void check_line(const hookd::event& what) {
    const auto line = sinks::event_line(what);
    require(line.find_first_of(std::string_view{"\n\r\0", 3}) == std::string::npos, "an event is one line");
    const auto again = intake::read_body_fields(line);
    require(again.json, "a line is one JSON text");
    require(again.type == what.type, "nothing in a body changes what the line says of it");
    const bool readable = what.json && !breaks_readers(what.body);
    require(readable == (line.find(",\"data\":") != std::string::npos), "JSON is handed on as JSON");
    for (const std::string_view end : {"\u0085", "\u2028", "\u2029"}) {
        require(!line.contains(end), "an event is one line for readers of Unicode, too");
    }
    require(is_json_by_grammar(line), "a line is one JSON text, by the grammar");
}

void check_environment(const event_ptr& what) {
    for (const auto& each : sinks::hook_environment(*what, 1)) {
        require(each.find('\0') == std::string::npos && each.size() < 128U << 10U, "the kernel takes each variable");
        require(is_utf8(each), "a variable is UTF-8");
        // The subject is the document's name, which is handed on as it is: that is the hook's to quote.
        require(each.starts_with("HOOKD_SUBJECT=") || no_control(each), "no other variable has control characters");
    }
}

void check_requests(const hookd::event& what) {
    sinks::http_options options;
    for (const auto format : {sinks::http_format::cloudevents, sinks::http_format::original}) {
        options.format = format;
        if (const auto made = sinks::compose(options, what)) {
            require(std::ranges::all_of(made->fields, [](const auto& field) { return no_control(field.value); }),
                    "a field of a request ends where it should");
        }
    }
}

} // namespace

void event(std::string_view bytes) {
    input parts{bytes};
    const auto signature = parts.line();
    const auto body = parts.rest();
    auto fields = read(body);
    require(!fields.type.empty() && no_control(fields.type), "a type is visible");
    require(is_utf8(fields.collection) && is_utf8(fields.document), "names are UTF-8");
    auto what = std::make_shared<hookd::event>();
    what->sequence = 7;
    what->endpoint = "colivara";
    what->id = "msg_1";
    what->type = std::move(fields.type);
    what->collection = std::move(fields.collection);
    what->document = std::move(fields.document);
    what->timestamp = "1764000000";
    what->signature = signature; // obs-text and tabs are let through
    std::erase_if(what->signature, [](char c) { return !no_control({&c, 1}); });
    what->json = fields.json;
    what->body = body;
    check_line(*what);
    check_environment(what);
    check_requests(*what);
    what->id = signature; // the journal may be anybody's work
    const auto name = sinks::queue_name(*what);
    require((what->id.empty() || sinks::is_queue_name(name)) && name.size() < 255 && !name.contains('/'),
            "a file's name is ours");
}

} // namespace hookd::fuzz
