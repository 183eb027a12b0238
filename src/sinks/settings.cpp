// SPDX-License-Identifier: MIT

#include <hookd/config/file_identity.hpp>
#include <hookd/config/shared_keys.hpp>
#include <hookd/config/wording.hpp>
#include <hookd/core/answers.hpp>
#include <hookd/core/json_pointer.hpp>
#include <hookd/core/pattern.hpp>
#include <hookd/sinks/catalogue.hpp>
#include <hookd/sinks/settings.hpp>

#include <algorithm>
#include <array>
#include <filesystem>

namespace hookd::sinks {

namespace {

using namespace std::chrono_literals;
using config::table;
using enum config::applies;

retry_settings read_retry(table keys) {
    retry_settings retry;
    retry.attempts = static_cast<unsigned>(
        keys.count({"attempts", on_reload, "attempts in total; after the last one the delivery is a dead letter"},
                   retry.attempts, 1, 10'000));
    retry.first = keys.duration({"first", on_reload, "the delay after the first attempt"}, retry.first, 1ms, 24h * 30);
    retry.max = keys.duration({"max", on_reload, "the longest delay"}, retry.max, 1ms, 24h * 30);
    if (retry.first > retry.max) {
        keys.error(keys.has("first") ? "first" : "max",
                   "the first delay is longer than the longest: expected first to be at most max");
    }
    keys.finish();
    return retry;
}

std::vector<std::string> read_patterns(table& keys, const config::key& declared) {
    const auto key = declared.name;
    auto patterns = keys.texts(declared, {"*"});
    if (patterns.empty()) {
        keys.error(key, "is empty and matches nothing; remove it to match everything");
    }
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        if (patterns[i].empty()) {
            keys.error(key, i, "is empty and matches nothing: expected a name, or a pattern with *");
        }
    }
    return patterns;
}

std::optional<std::string> check_pointer(std::string_view name) {
    return is_json_pointer(name) ? std::nullopt
                                 : std::optional<std::string>("is not a JSON pointer: expected a name for each level "
                                                              "after a slash, for example \"/results/0/status\"");
}

sink_filters read_filters(table& keys) {
    return {.events = read_patterns(keys, {"events", on_reload, "patterns for the event's type"}),
            .endpoints = read_patterns(keys, {"endpoints", on_reload, "patterns for the endpoint's name"}),
            .collections = read_patterns(keys, {"collections", on_reload, "patterns for the collection's name"}),
            .documents = read_patterns(keys, {"documents", on_reload, "patterns for the document's name"}),
            .match = keys.scalars({"match", on_reload, "JSON pointers and the values that the body must have there"},
                                  check_pointer)};
}

void doubt_patterns(table& keys, const sink_settings& sink, std::span<const std::string> endpoints) {
    const auto& patterns = sink.filters.endpoints;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        const bool matched =
            std::ranges::any_of(endpoints, [&](const std::string& each) { return matches(patterns[i], each); });
        if (!matched && !endpoints.empty()) {
            const std::vector<std::string_view> names(endpoints.begin(), endpoints.end());
            keys.warning("endpoints", i,
                         keys.written("endpoints", i) + " matches no endpoint" +
                             config::suggestion(patterns[i], names));
        }
    }
}

/// Reads the type, and the keys of that type with its reader. False if the type, and so its keys, are not known.
bool read_type(table& keys, sink_settings& sink) {
    sink.type = keys.required_text({"type", on_reload, "what the sink is"});
    const auto rows = catalogue();
    const auto row = std::ranges::find(rows, sink.type, &catalogue_row::name);
    if (row != rows.end()) {
        sink.options = row->read(keys);
        return row->build != nullptr;
    }
    std::vector<std::string_view> types(rows.size());
    std::ranges::transform(rows, types.begin(), &catalogue_row::name);
    const auto near = config::nearest(sink.type, types);
    keys.error("type", "unknown sink type " + keys.written("type") + ": expected one of " + config::listed(types) +
                           (near ? "; did you mean " + config::quoted(*near) + '?' : ""));
    return false;
}

/// Where a sink writes events, if it does, and if the file system there responds.
struct event_place {
    std::string path;
    bool queue = false;
};

event_place place_of(const sink_settings& sink) {
    std::string path{sink.options ? sink.options->writes_to() : std::string_view{}};
    if (!path.empty() && !answers(path)) {
        path.clear();
    }
    return {std::move(path), sink.type == "queue"};
}

/// Two sinks would mistake each other's files for their own, and events written into a file of the daemon would damage
/// it and yet count as delivered. Compares files, not paths, because of symbolic and hard links.
void demand_own_places(std::vector<table>& tables, const std::vector<sink_settings>& sinks) {
    std::vector<event_place> places(sinks.size());
    std::ranges::transform(sinks, places.begin(), place_of);
    for (std::size_t i = 0; i < sinks.size(); ++i) {
        table& keys = tables[i];
        const auto& path = places[i].path;
        if (path.empty()) {
            continue;
        }
        if (const auto user = keys.user_of(path)) {
            keys.error("path", keys.written("path") + " is already used by " + *user + "; use another file");
        }
        const auto directory = config::resolved(std::filesystem::path{config::resolved(path)}.parent_path());
        for (std::size_t k = 0; k < sinks.size(); ++k) {
            const auto& other = places[k];
            if (k == i || other.path.empty()) {
                continue;
            }
            if (k < i && config::same_file(other.path, path)) {
                keys.error("path",
                           keys.written("path") + " is already used by " + tables[k].path() + "; use another file");
            }
            if (other.queue && std::ranges::any_of(std::array{"/tmp", "/new", "/cur"}, [&](const char* part) {
                    return directory == config::resolved(other.path + part);
                })) {
                keys.error("path", keys.written("path") + " is inside the queue of " + tables[k].path() +
                                       "; use another directory");
            }
        }
    }
}

} // namespace

std::vector<sink_settings> read_sinks(table& root, std::span<const std::string> endpoints) {
    std::vector<sink_settings> sinks;
    config::owners names;
    auto tables = root.tables("sink");
    for (table& keys : tables) {
        sink_settings sink;
        sink.name =
            config::read_name(keys, "the journal keeps the sink's cursor under it: a renamed sink is a new one");
        config::demand_unique(keys, "name", sink.name, names);
        const bool known = read_type(keys, sink);
        sink.filters = read_filters(keys);
        doubt_patterns(keys, sink, endpoints);
        sink.timeout =
            keys.duration({"timeout", on_reload, "the time limit for one delivery"}, sink.timeout, 10ms, 24h);
        sink.concurrency = static_cast<unsigned>(
            keys.count({"concurrency", on_reload, "concurrent deliveries, for types that deliver one event at a time"},
                       sink.concurrency, 1, 256));
        sink.retry = read_retry(keys.sub("retry"));
        if (known) {
            keys.finish();
        }
        sinks.push_back(std::move(sink));
    }
    demand_own_places(tables, sinks);
    if (sinks.empty()) {
        root.warning("sink", "is missing: events are stored, but not delivered; add a [[sink]]");
    }
    return sinks;
}

} // namespace hookd::sinks
