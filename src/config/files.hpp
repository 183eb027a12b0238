// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/named_file.hpp>
#include <hookd/config/secret_file.hpp>
#include <hookd/core/error.hpp>
#include <hookd/core/secret.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace hookd::config {

/// The maximum size of a file with a secret, in bytes.
constexpr std::size_t largest_secret = std::size_t{64} << 10U;

/// read_secret_file without the path in its error, as in all errors here: the configuration may have the secret itself
/// in place of the path.
result<secret> read_secret(const std::string& path);

/// The path for a message: quoted if it has unusual characters.
std::string file_name(const std::string& path);

struct configuration_file {
    std::string text;
    bool open_to_others = false; ///< Others may read it, by its mode.
};

/// Only a regular file, because a reload reads it again. Reads one byte more than `most` if the file is longer.
result<configuration_file> read_configuration_file(const std::string& path, std::size_t most);

} // namespace hookd::config
