// SPDX-License-Identifier: MIT
#include "sinks/http/http_circuit.hpp"

#include <algorithm>

namespace hookd::sinks {
namespace {

using namespace std::chrono_literals;

/// The number of different events, one after another, whose failure is attributed to the server.
constexpr std::size_t enough = 5;
constexpr std::chrono::milliseconds first_pause = 1s;
/// The longest pause, so that events flow soon after the server has recovered.
constexpr std::chrono::milliseconds longest_pause = 30s;

} // namespace

http_circuit::milliseconds http_circuit::pause(clock::time_point now) const {
    return now < until_ ? std::chrono::ceil<milliseconds>(until_ - now) : 0ms;
}

void http_circuit::failed(std::uint64_t sequence, milliseconds retry_after, clock::time_point now) {
    if (failing_.size() < enough && std::ranges::find(failing_, sequence) == failing_.end()) {
        failing_.push_back(sequence);
    }
    if (failing_.size() < enough || now < until_) { // deliveries that were already in flight say nothing new
        return;
    }
    const auto doubled = std::min(first_pause * (1U << std::min(pauses_, 10U)), longest_pause);
    ++pauses_;
    until_ = now + std::clamp(retry_after, doubled, longest_pause);
}

void http_circuit::worked() {
    failing_.clear();
    pauses_ = 0;
    until_ = {};
}

} // namespace hookd::sinks
