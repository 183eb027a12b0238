// SPDX-License-Identifier: MIT
#include "cli/events/event_follower.hpp"

#include "cli/admin_client.hpp"
#include "cli/events/event_pages.hpp"
#include "cli/events/event_source.hpp"

#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/number.hpp>

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

namespace hookd::cli {

namespace {

constexpr std::chrono::milliseconds between_tries{300};
constexpr std::chrono::hours forever{24 * 365};
constexpr std::size_t longest_line = std::size_t{16} << 20U;

} // namespace

command_result<bool> event_follower::follow(std::optional<clock::time_point> deadline, const taker& take,
                                            const std::function<void(const std::string& why)>& lost) {
    bool told = false;
    for (;;) {
        const auto now = clock::now();
        if (deadline && now >= *deadline) {
            return false;
        }
        const auto left = deadline ? std::chrono::ceil<std::chrono::milliseconds>(*deadline - now) : forever;
        const auto target =
            "/v1/events/stream?from=" + std::to_string(position_) + (query_.empty() ? "" : '&' + query_);
        forget_unfinished();
        const auto response = stream_from_daemon(socket_, target, left, [&](std::string_view piece) {
            told = false;
            return take_piece(piece, take);
        });
        if (ended_) {
            return true;
        }
        if (!understood_) {
            return not_understood();
        }
        if (response && response->status != 200 && response->status != 503) {
            auto why = refusal_of(response->status, response->body);
            return why.message.empty() ? not_understood() : command_result<bool>{std::unexpected{std::move(why)}};
        }
        if (!response && response.error().kind == http::client_errc::malformed) {
            return fail(exit_unreachable, unreachable_text(socket_, response.error()));
        }
        if (!std::exchange(told, true) && !(deadline && clock::now() >= *deadline)) {
            lost(response ? "the daemon is stopping" : unreachable_text(socket_, response.error()));
        }
        std::this_thread::sleep_until(deadline ? std::min(*deadline, clock::now() + between_tries)
                                               : clock::now() + between_tries);
    }
}

void event_follower::forget_unfinished() {
    line_.clear();
    kind_.clear();
    data_.clear();
    id_ = position_;
}

bool event_follower::take_piece(std::string_view piece, const taker& take) {
    for (const char each : piece) {
        if (each != '\n') {
            line_ += each;
            understood_ = line_.size() <= longest_line;
        } else if (!take_line(take)) {
            return false;
        }
        if (!understood_) {
            return false;
        }
    }
    return true;
}

bool event_follower::take_line(const taker& take) {
    const auto line = std::exchange(line_, {});
    const auto value_of = [&](std::string_view field) {
        return line.starts_with(field) ? std::optional{std::string_view{line}.substr(field.size())} : std::nullopt;
    };
    if (const auto id = value_of("id: ")) {
        const auto sequence = whole_number(*id);
        understood_ = sequence.has_value();
        id_ = sequence.value_or(id_);
    } else if (const auto kind = value_of("event: ")) {
        kind_ = *kind;
    } else if (const auto data = value_of("data: ")) {
        data_ = *data;
    } else if (line.empty()) {
        dispatch(take);
    }
    return !ended_ && understood_;
}

/// At the end of a message.
void event_follower::dispatch(const taker& take) {
    position_ = id_;
    const auto data = std::exchange(data_, {});
    const auto kind = std::exchange(kind_, {});
    if (kind != "event" && kind != "delivery") {
        return;
    }
    auto what = parse_json(data);
    understood_ = what.is_object();
    ended_ = understood_ && !take({.is_event = kind == "event", .what = std::move(what)});
}

} // namespace hookd::cli
