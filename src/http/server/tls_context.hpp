// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/time.hpp>
#include <hookd/http/server/settings.hpp>
#include <hookd/http/transport/transport.hpp>

#include <optional>
#include <string>
#include <vector>

namespace hookd::http {

/// A server context: TLS 1.2 and 1.3, ECDHE with AEAD only, ALPN `http/1.1`, session tickets; no renegotiation, no
/// compression. Any thread may use it at the same time as others.
result<tls_context> make_tls_context(const tls_settings& files);

/// When the context's own certificate expires. Any thread.
std::optional<unix_seconds> certificate_expiry(SSL_CTX* context);

/// Whether certificate and key can be read and belong together: what is wrong, or nothing. Then `doubts` gets what
/// clients will reject. Blocking.
std::optional<std::string> check_tls(const tls_settings& files, std::vector<std::string>& doubts);

} // namespace hookd::http
