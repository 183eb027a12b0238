#pragma once

#include "intake/body_fields.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace hookd::intake {

/// Follows a JSON text from token to token and keeps the three strings that the house wants from its top level.
class member_reader {
public:
    explicit member_reader(body_fields& found) : found_{found} {}

    void key(std::string_view name) { wanted_ = depth_ == 1 ? member(name) : nullptr; }
    void string(std::string_view value) {
        if (wanted_ != nullptr) {
            std::exchange(wanted_, nullptr)->assign(value);
        }
    }
    /// A number, a boolean or null.
    void other() {
        if (wanted_ != nullptr) {
            std::exchange(wanted_, nullptr)->clear();
        }
    }
    void open_object() { open(); }
    void open_array() {
        depth_ += depth_ == 0 ? 1 : 0; // an array at the top has no members: its objects are one deeper
        open();
    }
    void close() { --depth_; }

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
    void open() {
        ++depth_;
        other();
    }

    body_fields& found_;
    std::string* wanted_ = nullptr;
    std::size_t depth_ = 0;
};

} // namespace hookd::intake
