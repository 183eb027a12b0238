#pragma once

#include <expected>
#include <string>

namespace hookd {

/// What went wrong, in words for the operator: what happened, what would put it right, or both.
struct error {
    std::string message;
};

template <class T>
using result = std::expected<T, error>;

} // namespace hookd
