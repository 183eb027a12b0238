// SPDX-License-Identifier: MIT
#include "http/client/deadline.hpp"

namespace hookd::http {

client_deadline::client_deadline(boost::asio::io_context& context, std::function<void()> expired)
    : state_{std::make_shared<state>(state{.ticking = timer{context}, .expired = std::move(expired)})} {}

client_deadline::~client_deadline() = default; // the timer's handler then finds no state

void client_deadline::set(clock::time_point when) {
    state_->when = when;
    state_->passed = false;
    if (when < state_->running_to) {
        run_timer(state_);
    }
}

void client_deadline::stop() {
    lift();
    state_->running_to = clock::time_point::max();
    state_->ticking.cancel();
}

void client_deadline::run_timer(const std::shared_ptr<state>& own) {
    own->running_to = own->when;
    own->ticking.expires_at(own->when);
    own->ticking.async_wait([weak = std::weak_ptr<state>{own}](const boost::system::error_code& ec) {
        if (const auto alive = weak.lock(); alive && !ec) {
            look(alive);
        }
    });
}

void client_deadline::look(const std::shared_ptr<state>& own) {
    own->running_to = clock::time_point::max();
    if (own->when == clock::time_point::max()) {
        return;
    }
    if (own->when > clock::now()) {
        run_timer(own);
        return;
    }
    own->when = clock::time_point::max();
    own->passed = true;
    own->expired();
}

} // namespace hookd::http
