// SPDX-License-Identifier: MIT
#include "loadgen/exact_json.hpp"

#include <hookd/core/json_text.hpp>
#include <hookd/loadgen/body.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace hookd::loadgen {

namespace {

using json = nlohmann::ordered_json;

/// A member that differs from event to event: a number between two texts. Until it is known, its value is an empty
/// binary one, which no JSON text can produce.
struct numbered {
    std::string_view key;
    std::string_view before;
    std::string_view after;
};
constexpr std::array numbered_members{numbered{"id", "", ""}, numbered{"name", "\"report-", ".pdf\""}};

std::unexpected<error> refuse(std::string what) {
    return std::unexpected{error{std::move(what)}};
}

json make_ready(std::string_view type) {
    if (type == "upsert.success") {
        return {{"type", type},
                {"message", "Document upserted successfully"},
                {"id", json::binary({})},
                {"name", json::binary({})},
                {"metadata", json::object()},
                {"url", "https://storage.example.com/default_collection/report.pdf"},
                {"num_pages", 3},
                {"collection_name", "default_collection"}};
    }
    if (type == "upsert.fail") {
        return {{"type", type},
                {"message", "There was an error processing your document"},
                {"name", json::binary({})},
                {"metadata", json::object()},
                {"collection_name", "default_collection"},
                {"error", "Failed to convert document to images"}};
    }
    return {{"type", type}};
}

result<void> set_member(std::string_view setting, json& object) {
    const auto equals = setting.find('=');
    std::string_view path = setting.substr(0, equals);
    if (equals == std::string_view::npos || path.empty()) {
        return refuse("--set: expected key=value");
    }
    const std::string_view text = setting.substr(equals + 1);
    json* place = &object;
    for (bool last = false; !last;) {
        const auto dot = path.find('.');
        last = dot == std::string_view::npos;
        if (!place->is_object() && !place->is_null()) {
            return refuse("--set: " + std::string{setting.substr(0, equals)} +
                          " leads into a value that is not an object");
        }
        place = &(*place)[std::string{path.substr(0, dot)}];
        path = last ? path : path.substr(dot + 1);
    }
    json value = parse_exact(text);
    *place = value.is_discarded() ? json(text) : std::move(value);
    return {};
}

const numbered* find_numbered(std::string_view key, const json& value) {
    const auto* const found = std::ranges::find(numbered_members, key, &numbered::key);
    return value.is_binary() && value.get_binary().empty() && found != numbered_members.end() ? found : nullptr;
}

/// The object's text, split where the event's number belongs.
std::vector<std::string> cut(const json& object) {
    std::vector<std::string> pieces{"{"};
    for (const auto& [key, value] : object.items()) {
        pieces.back().append(pieces.back() == "{" ? "" : ",").append(json(key).dump()).append(":");
        if (const numbered* const hole = find_numbered(key, value)) {
            pieces.back() += hole->before;
            pieces.emplace_back(hole->after);
        } else {
            append_exact(value, pieces.back());
        }
    }
    pieces.back() += '}';
    return pieces;
}

result<std::vector<std::string>> make_pieces(json object, std::span<const std::string> settings) {
    for (const auto& setting : settings) {
        if (const auto done = set_member(setting, object); !done) {
            return std::unexpected{done.error()};
        }
    }
    try {
        return cut(object);
    } catch (const json::type_error&) { // nlohmann_json's error for a string that is not UTF-8
        return refuse("the type and --set must be valid UTF-8");
    }
}

} // namespace

result<send_body> send_body::ready_made(std::string_view type, std::span<const std::string> settings) {
    auto pieces = make_pieces(make_ready(type), settings);
    if (!pieces) {
        return std::unexpected{pieces.error()};
    }
    send_body made;
    made.pieces_ = std::move(*pieces);
    return made;
}

result<send_body> send_body::given(std::string bytes, std::span<const std::string> settings) {
    send_body made;
    if (settings.empty()) {
        made.pieces_.push_back(std::move(bytes));
        return made;
    }
    json object = parse_exact(bytes);
    if (!object.is_object()) {
        return refuse("--set needs a JSON object with at most 128 levels of nesting, which --data is not");
    }
    auto pieces = make_pieces(std::move(object), settings);
    if (!pieces) {
        return std::unexpected{pieces.error()};
    }
    made.pieces_ = std::move(*pieces);
    return made;
}

std::string_view send_body::of(std::uint64_t number) {
    if (pieces_.size() == 1) {
        return pieces_.front();
    }
    std::array<char, 20> digits{};
    const auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const std::string_view text{digits.data(), end};
    whole_ = pieces_.front();
    for (std::size_t i = 1; i < pieces_.size(); ++i) {
        whole_.append(text).append(pieces_[i]);
    }
    return whole_;
}

std::optional<std::string> type_of(std::string_view body) {
    const json object = parse_json(body);
    const auto type = object.is_object() ? object.find("type") : object.end();
    return type != object.end() && type->is_string() ? std::optional{type->get<std::string>()} : std::nullopt;
}

} // namespace hookd::loadgen
