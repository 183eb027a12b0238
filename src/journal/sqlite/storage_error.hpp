// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

namespace hookd::journal {

enum class storage_errc : std::uint8_t {
    full,   ///< no space: a rollback undoes every change for certain; temporary
    broken, ///< anything else: what is on disk is unknown until the next start-up has recovered it
};

struct storage_error {
    storage_errc what = storage_errc::broken;
    std::string message;
};

template <class T>
using storage_result = expected<T, storage_error>;

template <class T>
inline constexpr bool is_storage_result = false;
template <class T>
inline constexpr bool is_storage_result<storage_result<T>> = true;

/// What `next` makes of the value, or the error. `next` may return a plain value, a stored one, or nothing. (The
/// library this is built with has std::expected without its monadic functions.)
template <class T, class Next>
auto then(const storage_result<T>& first, Next&& next) {
    const auto call = [&]() -> decltype(auto) {
        if constexpr (std::is_void_v<T>) {
            return std::forward<Next>(next)();
        } else {
            return std::forward<Next>(next)(*first);
        }
    };
    using returned = std::remove_cvref_t<decltype(call())>;
    using answer = std::conditional_t<is_storage_result<returned>, returned, storage_result<returned>>;
    if (!first) {
        return answer(std::unexpected(first.error()));
    }
    if constexpr (std::is_void_v<returned>) {
        call();
        return answer();
    } else {
        return answer(call());
    }
}

} // namespace hookd::journal
