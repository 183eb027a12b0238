// SPDX-License-Identifier: MIT
#include "http/transport/tls_input.hpp"

#include <hookd/core/failpoint.hpp>

#include <algorithm>
#include <array>

namespace hookd::http {

std::span<std::uint8_t> tls_input::arriving() {
    static thread_local std::array<std::uint8_t, record_header + largest_record> buffer;
    return buffer;
}

std::span<std::uint8_t> tls_input::room() {
    const auto buffer = arriving();
    std::ranges::copy(unread_, buffer.begin()); // from `held_`, or from a later part of the buffer itself
    unread_ = buffer.first(unread_.size());
    lent_ = true;
    return buffer.subspan(unread_.size());
}

void tls_input::filled(std::size_t count, bool no_second_hello) {
    const std::span<const std::uint8_t> fresh{unread_.data() + unread_.size(), count};
    unread_ = {unread_.data(), unread_.size() + count};
    begun_ = true;
    if (!hello_done_) {
        if (!hello_.admits(fresh, no_second_hello)) {
            error_ = error::client_hello_too_long;
        }
        hello_done_ = hello_.done();
    }
}

std::size_t tls_input::take(std::span<std::uint8_t> out) {
    if (rest_ == 0 && error_ == error::none && unread_.size() >= record_header) {
        if (!is_tls()) {
            error_ = error::no_tls;
            rest_ = record_header;
        } else if (length() > largest_) {
            error_ = error::record_too_long;
        } else if (unread_.size() - record_header >= length()) {
            rest_ = record_header + length();
            if (++without_data_ > most_records_without_data && !failpoint("no_record_limit")) {
                error_ = error::too_many_records;
                rest_ = 0;
            }
        }
    }
    const auto taken = unread_.first(std::min(rest_, out.size()));
    std::ranges::copy(taken, out.begin());
    unread_ = unread_.subspan(taken.size());
    rest_ -= taken.size();
    return taken.size();
}

void tls_input::park() {
    if (unread_.empty()) {
        unread_ = {};
        if (held_.capacity() > 0) {
            std::vector<std::uint8_t>{}.swap(held_); // assigning `{}` would keep the memory
        }
    } else if (lent_) {
        held_.assign(unread_.begin(), unread_.end());
        unread_ = held_;
    }
    lent_ = false;
}

void tls_input::data_came() {
    without_data_ = 0;
}

void tls_input::handshake_done() {
    hello_done_ = true;
    largest_ = largest_record;
    without_data_ = 0;
}

bool tls_input::ready() const {
    return rest_ > 0 || error_ != error::none ||
           (unread_.size() >= record_header &&
            (!is_tls() || length() > largest_ || unread_.size() - record_header >= length()));
}

} // namespace hookd::http
