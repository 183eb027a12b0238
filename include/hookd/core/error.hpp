// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <string>

namespace hookd {

/// What went wrong, in words for the operator: what happened, what to do about it, or both.
struct error {
    std::string message;
};

/// std::expected that must not be discarded: a call that ignores its result does not compile.
template <class T, class E>
class [[nodiscard]] expected : public std::expected<T, E> {
public:
    using std::expected<T, E>::expected;
    expected() = default;
};

template <class T>
using result = expected<T, error>;

} // namespace hookd
