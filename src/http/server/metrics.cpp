// SPDX-License-Identifier: MIT
#include <hookd/http/server/metrics.hpp>

#include <algorithm>

namespace hookd::http {

namespace {

using clock = std::chrono::steady_clock;

refusal refusal_of(unsigned status) {
    switch (status) {
    case 408:
        return refusal::timeout;
    case 413:
        return refusal::body_too_large;
    case 431:
        return refusal::header_too_large;
    case 501:
        return refusal::transfer_coding;
    case 503:
        return refusal::body_memory;
    default:
        return refusal::bad_request;
    }
}

} // namespace

std::string_view to_text(refusal why) {
    switch (why) {
    case refusal::bad_request:
        return "bad_request";
    case refusal::timeout:
        return "timeout";
    case refusal::body_too_large:
        return "body_too_large";
    case refusal::header_too_large:
        return "header_too_large";
    case refusal::transfer_coding:
        return "transfer_coding";
    case refusal::body_memory:
        return "body_memory";
    }
    return "unknown";
}

void server_metrics::answered(unsigned status) {
    const auto found = std::ranges::find(known_statuses, status);
    if (found != known_statuses.end()) {
        answers[static_cast<std::size_t>(found - known_statuses.begin())].add();
    }
}

refusal server_metrics::refused_with(unsigned status) {
    const auto why = refusal_of(status);
    refused[static_cast<std::size_t>(why)].add();
    return why;
}

void last_time::mark() {
    at_.store(clock::now().time_since_epoch().count(), std::memory_order_relaxed);
}

bool last_time::within(std::chrono::seconds span) const {
    const auto last = at_.load(std::memory_order_relaxed);
    return last != 0 && clock::now() - clock::time_point{clock::duration{last}} < span;
}

void server_metrics::limit_reached(limit_effect what) {
    limited_[static_cast<std::size_t>(what)].mark();
    switch (what) {
    case limit_effect::refused_connection:
        return too_many_connections.add();
    case limit_effect::gave_way:
        return gave_way.add();
    case limit_effect::refused_from_address:
        return too_many_from_address.add();
    case limit_effect::refused_body:
        return;
    }
}

void server_metrics::accept_failed() {
    accept_failure_.mark();
}

bool server_metrics::accepting_fails() const {
    return accept_failure_.within(std::chrono::seconds{1});
}

} // namespace hookd::http
