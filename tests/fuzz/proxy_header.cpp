// SPDX-License-Identifier: MIT
#include "http/server/proxy_header.hpp"

#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

#include <algorithm>

namespace hookd::fuzz {

void proxy_header(std::string_view bytes) {
    using progress = http::proxy_header::progress;
    const auto whole = http::parse_proxy_header(bytes);
    const auto end = whole.reached == progress::complete ? whole.length : bytes.size();
    require(end <= std::min(bytes.size(), http::longest_proxy_header) || whole.reached != progress::complete,
            "a header ends within its bytes and its limit");
    require((whole.reached == progress::refused) == !whole.error.empty(), "what is refused is refused for a reason");
    // The reader looks again at each new byte; a few of the beginnings are enough.
    for (const std::size_t less : {std::size_t{1}, std::size_t{2}, end / 2}) {
        if (less == 0 || less > end) {
            continue;
        }
        const auto part = http::parse_proxy_header(bytes.substr(0, end - less));
        require(part.reached != progress::complete, "a header is complete at its last byte and not before");
        require(part.reached == progress::incomplete || whole.reached == progress::refused,
                "what is refused stays so, whatever follows");
    }
    if (whole.reached == progress::complete) {
        const auto alone = http::parse_proxy_header(bytes.substr(0, end));
        require(alone.reached == progress::complete && alone.length == end && alone.source == whole.source,
                "what follows a header does not change it");
    }
}

} // namespace hookd::fuzz
