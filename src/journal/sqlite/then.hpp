// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/journal/storage_error.hpp>

#include <type_traits>
#include <utility>

namespace hookd::journal {

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
