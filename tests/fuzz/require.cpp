// SPDX-License-Identifier: MIT
#include "fuzz/require.hpp"

#include <cstdio>
#include <cstdlib>

namespace hookd::fuzz {

void require(bool holds, std::string_view what, std::source_location where) {
    if (holds) {
        return;
    }
    std::fprintf(stderr, "%s:%u: not kept: %.*s\n", where.file_name(), static_cast<unsigned>(where.line()),
                 static_cast<int>(what.size()), what.data());
    std::abort();
}

} // namespace hookd::fuzz
