// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/http_message.hpp>

#include <ctime>
#include <string>
#include <string_view>

namespace hookd::http {

/// Writes answers in HTTP/1.1. One a thread: it keeps the Date of the current second (RFC 9110 section 6.6.1).
class response_writer {
public:
    struct written {
        std::string_view bytes; ///< Valid until the next call.
        std::string_view rest;  ///< A large body, which follows them: the answer's own, never copied.
    };
    /// An answer to HEAD has its length, but not its body (RFC 9110 section 9.3.2).
    written write(const response& what, bool keep_alive, bool to_head = false);

private:
    std::string_view date();

    std::time_t dated_ = 0;
    std::string date_;
    std::string bytes_;
};

std::string_view reason_phrase(unsigned status);

/// What a request is told that was refused before anybody was asked about it.
response refusal_answer(unsigned status);

} // namespace hookd::http
