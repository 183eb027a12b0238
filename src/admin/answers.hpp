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

inline constexpr std::string_view json_type = "application/json";

inline constinit const response only_get{405, "method not allowed\n", "Allow", "GET, HEAD"};
inline constinit const response only_post{405, "method not allowed\n", "Allow", "POST"};

inline response made(unsigned status, std::string body, std::string_view type = json_type) {
    return {status, {}, {}, {}, type, std::make_shared<const std::string>(std::move(body))};
}

inline response refused(unsigned status, std::string_view why) {
    return made(status, error_json(why));
}

inline response journal_refused(const journal::storage_error& why) {
    return why.what == journal::storage_errc::full
               ? refused(507, "the journal's disk is full, no more was changed: free some space and try again")
               : refused(503, "the journal is closing or has failed: see the daemon's log");
}

} // namespace hookd::admin
