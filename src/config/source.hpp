// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/diagnostics.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace hookd::config {

/// A document's text, with a map from offsets to lines and columns. The text must outlive it.
class source {
public:
    explicit source(std::string_view text);

    std::string_view text() const { return text_; }
    /// The place of a byte; past the end, the place of the end.
    place at(std::size_t offset) const;
    /// The place of a column counted in code points, as in toml++.
    place at_code_point(std::size_t line, std::size_t column) const;

private:
    std::string_view text_;
    std::vector<std::size_t> lines_; // offset of each line's first byte
};

} // namespace hookd::config
