#include "http/head_scanner.hpp"

namespace hookd::http {

namespace {

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

} // namespace

head_scanner::found head_scanner::feed(std::string_view bytes) {
    for (const char c : bytes) {
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
            } else if (is_control(c)) {
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
