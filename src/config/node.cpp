// SPDX-License-Identifier: MIT
#include "config/node.hpp"

#include <hookd/core/secret.hpp>

#include <algorithm>

namespace hookd::config {

node::node() = default;
node::node(node_kind of, place at) : kind(of), where(at) {}
node::node(node&& other) noexcept = default;
node::~node() {
    cleanse(std::span<char>{text});
}

const member* node::find(std::string_view key) const {
    const auto found = std::ranges::find(members, key, &member::key);
    return found == members.end() ? nullptr : &*found;
}

std::string_view described(node_kind kind) {
    switch (kind) {
    case node_kind::text:
        return "a string";
    case node_kind::integer:
        return "a whole number";
    case node_kind::real:
        return "a number with a fraction";
    case node_kind::boolean:
        return "a boolean";
    case node_kind::date:
        return "a date or time";
    case node_kind::null:
        return "null";
    case node_kind::array:
        return "an array";
    case node_kind::table:
        return "a table";
    }
    return "something else";
}

} // namespace hookd::config
