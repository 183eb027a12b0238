// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace hookd::http {

/// Why the file must not be read: it is not a regular file (a FIFO would block), or its mode gives others access
/// (`forbidden`). Other errors are left to OpenSSL.
std::optional<error> unfit_file(const std::string& path, mode_t forbidden = 0);

enum class pem_wanted : std::uint8_t { certificates, private_key };

/// For a file that OpenSSL could not use: what it holds instead, and the command that converts it; empty if unknown.
/// Blocking.
std::string explain_pem_file(const std::string& path, pem_wanted wanted);
/// The same for its bytes; `path` is for the command.
std::string explain_pem_bytes(std::string_view bytes, const std::string& path, pem_wanted wanted);

/// Why OpenSSL does not find a certificate of the file although it reads others: something before its BEGIN line; empty
/// if it finds all. Blocking.
std::string explain_hidden_certificate(const std::string& path);

} // namespace hookd::http
