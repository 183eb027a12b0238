// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::intake {

/// The configured paths of the endpoints, and advice for a sender whose path is slightly different: a slash, upper
/// case, a prefix that a proxy adds or removes. Only the exact path is served: a similar one may belong to another
/// application behind the same proxy.
class endpoint_paths {
public:
    struct near_miss {
        std::size_t endpoint = 0; ///< Its index among the paths.
        std::string difference;   ///< For example `the path ends with a slash`.
    };

    explicit endpoint_paths(std::span<const std::string> paths);

    /// For a path that is not configured. Cheap enough for every request, from anybody.
    std::optional<near_miss> near(std::string_view path) const;

private:
    /// A path in its simplest form, and what was different before.
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
