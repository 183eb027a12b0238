// SPDX-License-Identifier: MIT
#pragma once

#include "fuzz/require.hpp"

#include <algorithm>
#include <string_view>

namespace hookd::fuzz {

/// Gives the reader as many of the bytes as it has room for, as a socket would. What is left over is returned.
template <class Reader>
std::string_view feed(std::string_view bytes, Reader& into) {
    const auto room = into.room();
    require(!room.empty(), "there is room while more is needed");
    const auto count = std::min(room.size(), bytes.size());
    std::ranges::copy(bytes.substr(0, count), room.data());
    into.filled(count);
    return bytes.substr(count);
}

} // namespace hookd::fuzz
