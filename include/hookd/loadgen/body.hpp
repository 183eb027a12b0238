// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::loadgen {

/// The bodies of test events. Everything that does not differ from event to event is computed in advance: ready-made
/// events have a different document for each number.
class send_body {
public:
    /// ColiVara's `upsert.success` and `upsert.fail`; for any other type an object with only the type. `settings` are
    /// `key=value`: a value that is JSON is used as such, any other as a string. A key with dots leads into objects,
    /// which are created if missing.
    static result<send_body> ready_made(std::string_view type, std::span<const std::string> settings);
    /// The bytes as they are; with settings a JSON object, serialized again.
    static result<send_body> given(std::string bytes, std::span<const std::string> settings);

    /// Events count from 1. Valid until the next call.
    std::string_view of(std::uint64_t number);

private:
    std::vector<std::string> pieces_; // the event's number goes between each two
    std::string whole_;
};

/// The `type` of a body that is a JSON object with one.
std::optional<std::string> type_of(std::string_view body);

} // namespace hookd::loadgen
