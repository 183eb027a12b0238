// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace hookd::http {

/// Why nobody should read the file: it is none (a FIFO would hold up whoever reads it), or its mode gives away what it
/// must not (`forbidden`). What else is wrong OpenSSL finds.
std::optional<error> unfit_file(const std::string& path, mode_t forbidden = 0);

enum class pem_wanted : std::uint8_t { certificates, private_key };

/// Of a file that OpenSSL could not use: what is in it instead, and the command that makes of it what is wanted; empty
/// where nobody can tell. Blocking.
std::string explain_pem_file(const std::string& path, pem_wanted wanted);
/// The same of its bytes; `path` is for the command.
std::string explain_pem_bytes(std::string_view bytes, const std::string& path, pem_wanted wanted);

/// What keeps OpenSSL from seeing a certificate of the file although it reads others: what stands before its BEGIN
/// line; empty: nothing does. Blocking.
std::string explain_hidden_certificate(const std::string& path);

} // namespace hookd::http
