#pragma once

#include <expected>
#include <string>

namespace hookd {

/// What went wrong, in words for the operator: they begin with what happened and say what would put it right.
struct error {
    std::string message;
};

template <class T>
using result = std::expected<T, error>;

} // namespace hookd
