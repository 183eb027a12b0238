// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace hookd::signature {

/// The signed content: the three parts joined by ".", the body as raw bytes. The parts can be told apart only because
/// neither the id nor the timestamp may contain a ".".
struct content {
    std::string_view id;
    std::string_view timestamp;
    std::string_view body;

    /// Replaces `buffer` with the joined text, for algorithms that need it in one piece.
    void join(std::string& buffer) const;
};

constexpr std::size_t longest_id = 256;

/// 1..256 visible ASCII characters (0x21..0x7e) without ".".
bool is_message_id(std::string_view text);

/// Unix seconds in canonical decimal: `0`, or up to 18 digits without a leading zero. 18 digits fit into 64 bits.
std::optional<unix_seconds> parse_timestamp(std::string_view text);

} // namespace hookd::signature
