// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

using SSL_CTX = struct ssl_ctx_st;

namespace hookd::http {

/// What clients will find wrong with the context's certificates although a server can use them: out of their time,
/// without the host's name, the issuer's missing, the order. `path` is what messages call their file. Looks for issuers
/// among the system's authorities. Blocking.
std::vector<std::string> certificate_doubts(SSL_CTX* context, const std::string& path);

} // namespace hookd::http
