// SPDX-License-Identifier: MIT
#pragma once

#include "admin/event_view.hpp"

#include <hookd/core/http_message.hpp>
#include <hookd/journal/storage_error.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hookd::admin {

inline response with_body(unsigned status, std::string body, std::string_view type = "application/json") {
    return {.status = status, .content_type = type, .made = std::make_shared<const std::string>(std::move(body))};
}

inline response with_error(unsigned status, std::string_view why) {
    return with_body(status, error_json(why));
}

inline response method_not_allowed(std::string methods) {
    return {405, "method not allowed\n", {{"Allow", std::move(methods)}}};
}

/// `explained`: any error but a full disk.
inline response with_journal_error(const journal::storage_error& why, std::string_view explained) {
    return why.what == journal::storage_errc::full
               ? with_error(507, "the journal's disk is full, no more was changed: free some space and try again")
               : with_error(503, explained);
}

/// What a running daemon's client is told.
inline constexpr std::string_view journal_has_ended = "the journal is closing or has failed: see the daemon's log";

} // namespace hookd::admin
