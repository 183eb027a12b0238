// SPDX-License-Identifier: MIT
#include "config/file_identity.hpp"
#include "config/read_settings.hpp"
#include "config/wording.hpp"

#include <hookd/core/answers.hpp>
#include <hookd/core/pattern.hpp>

#include <algorithm>
#include <array>
#include <filesystem>

namespace hookd::config {

namespace {

using namespace std::chrono_literals;

retry_settings read_retry(table keys) {
    retry_settings retry;
    retry.attempts = static_cast<unsigned>(keys.count("attempts", retry.attempts, 1, 10'000));
    retry.first = keys.duration("first", retry.first, 1ms, 24h * 30);
    retry.max = keys.duration("max", retry.max, 1ms, 24h * 30);
    if (retry.first > retry.max) {
        keys.error(keys.has("first") ? "first" : "max",
                   "the first delay is longer than the longest: expected first to be at most max");
    }
    keys.finish();
    return retry;
}

std::vector<std::string> read_patterns(table& keys, std::string_view key) {
    auto patterns = keys.texts(key, {"*"});
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

void doubt_patterns(table& keys, const sink_settings& sink, const std::vector<endpoint_settings>& endpoints) {
    for (std::size_t i = 0; i < sink.endpoints.size(); ++i) {
        const bool matched = std::ranges::any_of(
            endpoints, [&](const endpoint_settings& each) { return matches(sink.endpoints[i], each.name); });
        if (!matched && !endpoints.empty()) {
            std::vector<std::string_view> names;
            names.reserve(endpoints.size());
            for (const endpoint_settings& each : endpoints) {
                names.push_back(each.name);
            }
            keys.warning("endpoints", i,
                         keys.written("endpoints", i) + " matches no endpoint" + suggestion(sink.endpoints[i], names));
        }
    }
}

/// Reads the type, and the keys of that type with its reader. False if the type, and so its keys, are not known.
bool read_type(table& keys, std::span<const sink_reader> readers, sink_settings& sink) {
    sink.type = keys.required_text("type");
    const auto reader = std::ranges::find(readers, sink.type, &sink_reader::type);
    if (reader != readers.end()) {
        sink.options = reader->read(keys);
        return true;
    }
    std::vector<std::string_view> types;
    types.reserve(readers.size());
    for (const sink_reader& each : readers) {
        types.push_back(each.type);
    }
    const auto near = nearest(sink.type, types);
    keys.error("type", "unknown sink type " + keys.written("type") + ": expected one of " + listed(types) +
                           (near ? "; did you mean " + quoted(*near) + '?' : ""));
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
        const auto directory = resolved(std::filesystem::path{resolved(path)}.parent_path());
        for (std::size_t k = 0; k < sinks.size(); ++k) {
            const auto& other = places[k];
            if (k == i || other.path.empty()) {
                continue;
            }
            if (k < i && same_file(other.path, path)) {
                keys.error("path",
                           keys.written("path") + " is already used by " + tables[k].path() + "; use another file");
            }
            if (other.queue && std::ranges::any_of(std::array{"/tmp", "/new", "/cur"}, [&](const char* part) {
                    return directory == resolved(other.path + part);
                })) {
                keys.error("path", keys.written("path") + " is inside the queue of " + tables[k].path() +
                                       "; use another directory");
            }
        }
    }
}

} // namespace

std::vector<sink_settings> read_sinks(table& root, const checks& lent, const settings& so_far) {
    std::vector<sink_settings> sinks;
    owners names;
    auto tables = root.tables("sink");
    for (table& keys : tables) {
        sink_settings sink;
        sink.name = read_name(keys);
        demand_unique(keys, "name", sink.name, names);
        const bool known = read_type(keys, lent.sinks, sink);
        sink.events = read_patterns(keys, "events");
        sink.endpoints = read_patterns(keys, "endpoints");
        doubt_patterns(keys, sink, so_far.endpoints);
        sink.timeout = keys.duration("timeout", sink.timeout, 10ms, 24h);
        sink.concurrency = static_cast<unsigned>(keys.count("concurrency", sink.concurrency, 1, 256));
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

} // namespace hookd::config
