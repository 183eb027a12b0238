// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace hookd::http {

/// A parser that has seen the header must not be called with fewer bytes: Beast 1.81 asserts that it never gets less of
/// a last chunk than `0 CRLF CRLF`. No chunked body ends in less.
template <class Parser>
std::size_t fewest_bytes(const Parser& parser) {
    return parser.chunked() ? 5 : 1;
}

} // namespace hookd::http
