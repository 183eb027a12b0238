// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/http_message.hpp>

#include <ctime>
#include <string>
#include <string_view>

namespace hookd::http {

/// Writes HTTP/1.1 responses. One per thread: it caches the Date of the current second (RFC 9110 section 6.6.1).
class response_writer {
public:
    struct written {
        std::string_view bytes; ///< Valid until the next call.
        std::string_view rest;  ///< A large body, which follows them: belongs to the response, never copied.
    };
    /// A response to HEAD has the length, but not the body (RFC 9110 section 9.3.2).
    written write(const response& what, bool keep_alive, bool to_head = false);

private:
    std::string_view date();

    std::time_t dated_ = 0;
    std::string date_;
    std::string bytes_;
};

std::string_view reason_phrase(unsigned status);

/// The response to a request that is rejected before the handler gets it.
response refusal_answer(unsigned status);

} // namespace hookd::http
