// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

/// Files that a configuration names. All block.
namespace hookd::config {

/// What is wrong with a file that must exist and, for `secret`, must not be accessible to others; empty if nothing.
enum class file_kind : bool { open_to_all, secret };
std::string check_file(const std::string& path, file_kind kind);

/// The public content of a PEM file that has no private key: "a certificate" or "a public key"; empty if neither.
std::string_view public_content(const std::string& path);

} // namespace hookd::config
