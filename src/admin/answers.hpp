#pragma once

#include "admin/event_view.hpp"

#include <hookd/core/exchange.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hookd::admin {

inline constexpr std::string_view json_type = "application/json";

inline constinit const answer only_get{405, "method not allowed\n", "Allow", "GET, HEAD"};
inline constinit const answer only_post{405, "method not allowed\n", "Allow", "POST"};

inline answer made(unsigned status, std::string body, std::string_view type = json_type) {
    return {status, {}, {}, {}, type, std::make_shared<const std::string>(std::move(body))};
}

inline answer refused(unsigned status, std::string_view why) {
    return made(status, error_json(why));
}

inline answer journal_closed() {
    return refused(503, "start the daemon again, or look at its log: the journal is closing or has failed");
}

inline answer journal_full() {
    return refused(507, "free some space and do it again: the journal's disk is full, and no more was changed");
}

} // namespace hookd::admin
