// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::app {

/// The bodies of test events. Everything is computed beforehand but what differs from event to event: the ready-made
/// ones have a document of their own for each number.
class send_body {
public:
    /// ColiVara's `upsert.success` and `upsert.fail`; of any other type an object that says no more than that.
    /// `settings` are `key=value`: a value that is JSON stands for itself, any other for a string. A key with dots
    /// leads into objects, which are made where they are missing.
    static result<send_body> ready_made(std::string_view type, std::span<const std::string> settings);
    /// The bytes as they are; with settings a JSON object, written anew.
    static result<send_body> given(std::string bytes, std::span<const std::string> settings);

    /// Events count from 1. Good until the next call.
    std::string_view of(std::uint64_t number);

private:
    std::vector<std::string> pieces_; // the event's number goes between each two
    std::string whole_;
};

/// The `type` that a body says, where it is a JSON object that does.
std::optional<std::string> type_of(std::string_view body);

} // namespace hookd::app
