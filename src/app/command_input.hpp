#pragma once

#include "app/exit_code.hpp"

#include <hookd/core/secret.hpp>

#include <expected>
#include <string>

namespace hookd::app {

/// What ends a command before it has done its work.
struct failure {
    exit_code code = exit_usage;
    std::string message; ///< Begins with what to do.
};

template <class T>
using outcome = std::expected<T, failure>;

inline std::unexpected<failure> fail(exit_code code, std::string message) {
    return std::unexpected{failure{code, std::move(message)}};
}

/// The whole of a file, or of standard input for `-`. Blocking; fails with exit_io.
outcome<std::string> read_input(const std::string& path);

/// The secret in a file, which the message calls `what`. Blocking; fails with exit_io where there is none to be read,
/// and with exit_config where it is not kept as a secret must be.
outcome<secret> read_secret(const std::string& path, std::string_view what);

} // namespace hookd::app
