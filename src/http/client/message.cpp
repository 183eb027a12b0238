// SPDX-License-Identifier: MIT
#include "http/client/state.hpp"

#include <hookd/core/secret.hpp>

#include <span>
#include <string>

namespace hookd::http {

void client::state::write_message(std::string_view method, std::string_view target,
                                  std::span<const header_field> fields, std::string_view body) {
    message_.clear();
    std::size_t size = 256 + method.size() + target.size() + where_->authority.size() + body.size();
    for (const auto& [name, value] : fields) {
        size += name.size() + value.size() + 4;
    }
    message_.reserve(size); // a string that grows leaves copies behind
    message_.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(where_->authority);
    for (const auto& [name, value] : fields) {
        message_.append("\r\n").append(name).append(": ").append(value);
    }
    message_.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

/// Its fields may contain a secret.
void client::state::forget_message() {
    cleanse(std::span<char>{message_});
    message_.clear();
}

} // namespace hookd::http
