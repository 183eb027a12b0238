// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/limited_log.hpp>

/// Log lines that clients can cause, by listener.
namespace hookd::http::log_kinds {

inline constexpr log_kind failed_accepts{.name = "connections that cannot be accepted", .subject = "listener"};
inline constexpr log_kind refused_connections{.name = "refused connections", .subject = "listener"};
inline constexpr log_kind gave_way{.name = "connections closed for new ones", .subject = "listener"};
inline constexpr log_kind proxy_headers{
    .name = "refused connections", .subject = "listener", .level = spdlog::level::info};
inline constexpr log_kind failed_handshakes{
    .name = "failed TLS handshakes", .subject = "listener", .level = spdlog::level::info};
inline constexpr log_kind exceeded_tls_limits{
    .name = "connections closed for their TLS records", .subject = "listener", .level = spdlog::level::info};
inline constexpr log_kind refused_requests{
    .name = "refused requests", .subject = "listener", .level = spdlog::level::info};
/// Those that may be caused by a setting, here or of a proxy.
inline constexpr log_kind misconfigured_requests{.name = "refused requests", .subject = "listener"};

} // namespace hookd::http::log_kinds
