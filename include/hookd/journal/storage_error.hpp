// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <cstdint>
#include <string>

namespace hookd::journal {

enum class storage_errc : std::uint8_t {
    full,   ///< No space: nothing was changed; temporary.
    broken, ///< The storage has failed, or cannot be read: what is stored is unknown until the next start.
    closed, ///< It is closing, or closed.
};

struct storage_error {
    storage_errc what = storage_errc::broken;
    std::string message;
};

template <class T>
using storage_result = expected<T, storage_error>;

} // namespace hookd::journal
