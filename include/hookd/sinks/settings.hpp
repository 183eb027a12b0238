// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/core/sink_filters.hpp>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hookd {

using std::chrono::milliseconds;

struct retry_settings {
    unsigned attempts = 16; ///< All tries, including the first.
    milliseconds first{1'000};
    milliseconds max{3'600'000};

    bool operator==(const retry_settings&) const = default;
};

/// How an event would go to a sink, for people.
struct delivery_preview {
    /// Where it would go and what it would get with it: `url`, `header`, `environment`, … Values of the configuration
    /// that may be secret are `<secret>`.
    std::vector<std::pair<std::string, std::string>> fields;
    std::string content; ///< What is written, sent or printed.
};

/// What a type of sink adds to the common keys. Each type derives its own from `sink_options_of`, and gets it back when
/// the sink is built.
struct sink_options {
    virtual ~sink_options() = default;

    /// Whether a sink built with the other would do exactly the same: a reload then leaves it alone.
    virtual bool equals(const sink_options& other) const = 0;
    /// The file or directory to which it writes events, if it does.
    virtual std::string_view writes_to() const { return {}; }
    /// What a first attempt would do with the event: made by the functions that the sink delivers with. Does nothing.
    virtual delivery_preview preview(const event& what) const = 0;
};

/// Compares with the type's own `operator==`, which should be defaulted so that no member is forgotten.
template <class Own>
// NOLINTNEXTLINE(bugprone-crtp-constructor-accessibility): a private one would forbid to initialize members by name
struct sink_options_of : sink_options {
    bool equals(const sink_options& other) const final {
        static_assert(std::is_same_v<decltype(class_of(&Own::operator==)), Own>, "it has no operator== of its own");
        const auto* const same = dynamic_cast<const Own*>(&other);
        return same != nullptr && static_cast<const Own&>(*this) == *same;
    }

    /// Nothing to compare here.
    bool operator==(const sink_options_of& /*other*/) const { return true; }

private:
    template <class Class>
    static Class class_of(bool (Class::*)(const Class&) const);
};

/// Compared by what it points to.
struct sink_options_ptr : std::shared_ptr<const sink_options> {
    sink_options_ptr() = default;
    template <class Own>
    sink_options_ptr(std::shared_ptr<Own> options) : std::shared_ptr<const sink_options>{std::move(options)} {}

    bool operator==(const sink_options_ptr& other) const {
        return *this && other ? (*this)->equals(*other) : get() == other.get();
    }
};

struct sink_settings {
    std::string name;
    std::string type;
    sink_filters filters;
    milliseconds timeout{30'000}; ///< Of one delivery.
    unsigned concurrency = 1;     ///< Parallel deliveries, for types that deliver one event at a time.
    retry_settings retry;
    sink_options_ptr options;

    /// Whether a reload leaves the sink alone.
    bool operator==(const sink_settings&) const = default;
};

namespace sinks {

/// All [[sink]] tables. `endpoints`: the names of the endpoints, for patterns that match none. Read it last: a sink
/// must not write into a file that another part uses.
std::vector<sink_settings> read_sinks(config::table& root, std::span<const std::string> endpoints);

} // namespace sinks

} // namespace hookd
