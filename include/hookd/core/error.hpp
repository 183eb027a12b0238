// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <string>

namespace hookd {

/// What went wrong, in words for the operator: what happened, what would put it right, or both.
struct error {
    std::string message;
};

/// std::expected, which may not be dropped: a call whose result nobody looks at does not compile.
template <class T, class E>
class [[nodiscard]] expected : public std::expected<T, E> {
public:
    using std::expected<T, E>::expected;
    expected() = default;
};

template <class T>
using result = expected<T, error>;

} // namespace hookd
