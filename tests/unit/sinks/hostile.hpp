// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace sinks_test {

/// Document names that an uploader may choose.
inline std::vector<std::string> hostile_names() {
    std::string emoji;
    while (emoji.size() < 4096) {
        emoji += "\xF0\x9F\x92\xA3";
    }
    return {"$(touch x)",
            "`touch x`; touch x | touch x",
            "../../etc/passwd",
            "/etc/passwd",
            "line\nbreak\r\nand\ttab",
            "quotes ' \" \\ and \\n",
            "--help",
            "\x1b[2J\x1b]0;title\x07",
            "separator\xE2\x80\xA8s",
            std::string("nul\0inside", 10),
            emoji};
}

} // namespace sinks_test
