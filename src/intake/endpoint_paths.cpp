// SPDX-License-Identifier: MIT
#include <hookd/core/percent_encoding.hpp>
#include <hookd/intake/endpoint_paths.hpp>

#include <algorithm>

namespace hookd::intake {

namespace {

/// Longer than any configured path (config) and a short addition.
constexpr std::size_t longest_near_miss = 4096;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool goes_on(std::string_view path, std::string_view beginning) {
    return path.size() > beginning.size() && path.starts_with(beginning) && path[beginning.size()] == '/';
}

} // namespace

endpoint_paths::plain_path::plain_path(std::string_view path) {
    const auto decoded = percent_decoded(path).value_or(std::string{path});
    encoded = decoded != path;
    for (const char c : decoded) {
        if (c == '/' && text.ends_with('/')) {
            doubled = true;
        } else {
            text += c;
        }
    }
    slash_at_end = text.size() > 1 && text.ends_with('/');
    if (text.ends_with('/')) {
        text.pop_back();
    }
    lowered = text;
    std::ranges::transform(lowered, lowered.begin(), lower);
}

endpoint_paths::endpoint_paths(std::span<const std::string> paths) : paths_{paths.begin(), paths.end()} {}

std::optional<endpoint_paths::near_miss> endpoint_paths::near(std::string_view path) const {
    if (path.size() > longest_near_miss) {
        return std::nullopt;
    }
    const plain_path asked{path};
    std::optional<near_miss> found;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
        const bool same = asked.lowered == paths_[i].lowered;
        if (same || !found) { // a different spelling is nearer than a longer or shorter path
            if (auto words = difference(asked, paths_[i]); !words.empty()) {
                found = near_miss{.endpoint = i, .difference = std::move(words)};
            }
        }
        if (same) {
            break;
        }
    }
    return found;
}

/// Empty if they are not similar.
std::string endpoint_paths::difference(const plain_path& asked, const plain_path& endpoint) {
    const std::string_view a = asked.lowered;
    const std::string_view b = endpoint.lowered;
    if (a.empty() || b.empty()) {
        return a == b && asked.doubled ? "the path has a double slash" : ""; // every path ends with an empty one
    }
    std::string words;
    const auto add = [&](bool applies, std::string_view what) {
        if (applies) {
            words.append(words.empty() ? "the path " : ", ").append(what);
        }
    };
    if (a == b) {
        add(asked.text != endpoint.text, "differs in upper and lower case");
    } else if (a.ends_with(b)) {
        add(true, "has an additional prefix, which a proxy should remove");
    } else if (b.ends_with(a)) {
        add(true, "lacks the beginning, which a proxy may have removed");
    } else if (goes_on(a, b)) {
        add(true, "has an additional suffix");
    } else if (goes_on(b, a)) {
        add(true, "lacks the end");
    } else {
        return {};
    }
    add(asked.doubled && !endpoint.doubled, "has a double slash");
    add(asked.slash_at_end && !endpoint.slash_at_end, "ends with a slash");
    add(!asked.slash_at_end && endpoint.slash_at_end, "lacks the slash at the end");
    add(words.empty() && asked.encoded != endpoint.encoded, "is percent-encoded differently");
    add(words.empty(), "is spelled differently");
    return words;
}

} // namespace hookd::intake
