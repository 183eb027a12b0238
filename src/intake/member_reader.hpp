// SPDX-License-Identifier: MIT
#pragma once

#include "intake/body_fields.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace hookd::intake {

/// Follows a JSON text token by token and keeps the three strings that the daemon needs from its top level. Its
/// functions always return true, which tells a parser to continue.
class member_reader {
public:
    explicit member_reader(body_fields& found) : found_{found} {}

    bool key(std::string_view name) {
        wanted_ = depth_ == 1 ? member(name) : nullptr;
        return true;
    }
    bool string(std::string_view value) {
        if (wanted_ != nullptr) {
            std::exchange(wanted_, nullptr)->assign(value);
        }
        return true;
    }
    /// A number, a boolean or null.
    bool other() {
        if (wanted_ != nullptr) {
            std::exchange(wanted_, nullptr)->clear();
        }
        return true;
    }
    bool open_object() {
        ++depth_;
        return other();
    }
    bool open_array() {
        depth_ += depth_ == 0 ? 1 : 0; // an array at the top has no members: its objects are one level deeper
        return open_object();
    }
    bool close() {
        --depth_;
        return true;
    }

private:
    std::string* member(std::string_view name) {
        if (name == "type") {
            return &found_.type;
        }
        if (name == "collection_name") {
            return &found_.collection;
        }
        return name == "name" ? &found_.document : nullptr;
    }

    body_fields& found_;
    std::string* wanted_ = nullptr;
    std::size_t depth_ = 0;
};

} // namespace hookd::intake
