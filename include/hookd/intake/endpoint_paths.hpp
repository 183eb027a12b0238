// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::intake {

/// The paths that endpoints are configured for, and the advice for a sender that misses one by a little: a slash, upper
/// case, a prefix that a proxy adds or takes off. Only the very path is served: what else looks like it may be another
/// application's behind the same proxy.
class endpoint_paths {
public:
    struct near_miss {
        std::size_t endpoint = 0; ///< By its place among the paths.
        std::string difference;   ///< As in `the path ends with a slash`.
    };

    explicit endpoint_paths(std::span<const std::string> paths);

    /// Of a path that is none of them. Cheap enough for every request that strangers send.
    std::optional<near_miss> near(std::string_view path) const;

private:
    /// A path, and what had to be done to bring it to its plainest form.
    struct plain_path {
        explicit plain_path(std::string_view path);

        std::string text;    ///< Decoded, with single slashes and none at the end.
        std::string lowered; ///< The same in lower case.
        bool encoded = false;
        bool doubled = false;
        bool slash_at_end = false;
    };

    static std::string difference(const plain_path& asked, const plain_path& endpoint);

    std::vector<plain_path> paths_;
};

} // namespace hookd::intake
