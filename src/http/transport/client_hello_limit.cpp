// SPDX-License-Identifier: MIT
#include "http/transport/client_hello_limit.hpp"

#include <algorithm>
#include <utility>

namespace hookd::http {

namespace {

// RFC 8446 sections 5.1 and 4
constexpr std::size_t record_header = 5;
constexpr std::size_t message_header = 4;
constexpr std::uint8_t change_cipher_spec = 20;
constexpr std::uint8_t handshake = 22;
constexpr std::uint8_t application_data = 23;
constexpr std::uint8_t client_hello = 1;

} // namespace

bool client_hello_limit::admits(std::span<const std::uint8_t> bytes, bool no_second) {
    while (!done_ && !bytes.empty()) {
        const auto passed = std::min(rest_, bytes.size());
        rest_ -= passed;
        bytes = bytes.subspan(passed);
        if (bytes.empty()) {
            break;
        }
        head_[have_++] = bytes.front();
        bytes = bytes.subspan(1);
        if ((have_ == record_header && !look_at_record(no_second)) ||
            (have_ == record_header + message_header && !look_at_hello())) {
            return false;
        }
    }
    return true;
}

bool client_hello_limit::look_at_record(bool no_second) {
    const auto length = static_cast<std::size_t>(head_[3]) << 8U | head_[4];
    if (left_ > 0 && head_[0] == handshake) {
        left_ -= std::min(left_, length);
    } else if (head_[0] == handshake && !(had_one_ && no_second)) {
        return length >= message_header;
    } else {
        // Alerts, early data and other records that OpenSSL skips may come before a second hello.
        done_ = no_second || head_[0] < change_cipher_spec || head_[0] > application_data;
    }
    rest_ = length;
    have_ = 0;
    return true;
}

bool client_hello_limit::look_at_hello() {
    if (head_[5] != client_hello) {
        done_ = true;
        return true;
    }
    const auto size = static_cast<std::size_t>(head_[6]) << 16U | static_cast<std::size_t>(head_[7]) << 8U | head_[8];
    rest_ = (static_cast<std::size_t>(head_[3]) << 8U | head_[4]) - message_header;
    left_ = size - std::min(size, rest_);
    have_ = 0;
    done_ = std::exchange(had_one_, true);
    return size <= largest_hello;
}

} // namespace hookd::http
