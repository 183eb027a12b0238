// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/diagnostics.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace hookd::config {

/// A document's text, and where in it is what. The text must outlive it.
class source {
public:
    explicit source(std::string_view text);

    std::string_view text() const { return text_; }
    /// The place of a byte; of an offset past the end, the end's.
    place at(std::size_t offset) const;
    /// The place of a column that was counted in code points, as toml++ does.
    place at_code_point(std::size_t line, std::size_t column) const;

private:
    std::string_view text_;
    std::vector<std::size_t> lines_; // offset of each line's first byte
};

} // namespace hookd::config
