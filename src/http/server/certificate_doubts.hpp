// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

using SSL_CTX = struct ssl_ctx_st;

namespace hookd::http {

/// What clients will reject about the context's certificates although a server can use them: expired, without the
/// host's name, a missing issuer, the order. `path` is their file in messages. Looks for issuers among the system's
/// authorities. Blocking.
std::vector<std::string> certificate_doubts(SSL_CTX* context, const std::string& path);

} // namespace hookd::http
