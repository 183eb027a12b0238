// SPDX-License-Identifier: MIT
#include "http/server/head_scanner.hpp"

namespace hookd::http {

namespace {

/// Without a branch, so that a compiler can vectorize it.
constexpr bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return ((byte < 0x20) & (byte != '\t')) | (byte == 0x7f);
}

/// How many bytes at the beginning are allowed within a line; nearly all of a header is, so they are checked in blocks.
std::size_t plain_run(std::string_view bytes) {
    constexpr std::size_t block = 16;
    std::size_t run = 0;
    for (unsigned char controls = 0; run + block <= bytes.size(); run += block) {
        for (std::size_t i = 0; i < block; ++i) {
            controls |= static_cast<unsigned char>(is_control(bytes[run + i]));
        }
        if (controls != 0) {
            break;
        }
    }
    while (run < bytes.size() && !is_control(bytes[run])) {
        ++run;
    }
    return run;
}

} // namespace

head_scanner::found head_scanner::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        if (state_ == state::line) {
            const auto run = plain_run(bytes);
            length_ += run;
            bytes.remove_prefix(run);
            if (bytes.empty()) {
                break;
            }
        }
        const char c = bytes.front();
        bytes.remove_prefix(1);
        ++length_;
        switch (state_) {
        case state::line_begin:
            if (c == '\r' && any_line_) {
                state_ = state::last_carriage_return;
                break;
            }
            if (c == ' ' || c == '\t' || is_control(c)) { // a folded line, or white space before the request line
                return found::malformed;
            }
            any_line_ = true;
            state_ = state::line;
            break;
        case state::line:
            if (c == '\r') {
                state_ = state::carriage_return;
            } else {
                return found::malformed;
            }
            break;
        case state::carriage_return:
            if (c != '\n') {
                return found::malformed;
            }
            state_ = state::line_begin;
            break;
        case state::last_carriage_return:
            return c == '\n' ? found::end : found::malformed;
        }
    }
    return found::nothing_yet;
}

} // namespace hookd::http
