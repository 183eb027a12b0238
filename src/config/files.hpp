// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/secret_file.hpp>
#include <hookd/core/error.hpp>
#include <hookd/core/secret.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace hookd::config {

/// The most that a file with a secret may hold, in bytes.
constexpr std::size_t largest_secret = std::size_t{64} << 10U;

/// read_secret_file without the path in its error, as everywhere here: where a path should be, the configuration may
/// have the secret itself.
result<secret> read_secret(const std::string& path);

/// What is wrong with a file that only has to be there, or, for `secret`, must also give others nothing; empty:
/// nothing.
enum class file_kind : bool { open_to_all, secret };
std::string check_file(const std::string& path, file_kind kind);

/// What a PEM file holds that is open to all, without a private key beside it: "a certificate" or "a public key";
/// empty: neither.
std::string_view public_content(const std::string& path);

/// The path as a message names it: quoted where it holds anything strange.
std::string file_name(const std::string& path);

struct configuration_file {
    std::string text;
    bool open_to_others = false; ///< Others may read it (a regular file's mode says so).
};

/// A regular file only: a reload reads it again. Reads one byte more than `most` where there is more.
result<configuration_file> read_configuration_file(const std::string& path, std::size_t most);

} // namespace hookd::config
