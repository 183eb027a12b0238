// SPDX-License-Identifier: MIT
#include "fuzz/targets.hpp"

#include <cstddef>
#include <cstdint>

/// What libFuzzer calls (LibFuzzer.html, "Fuzz Target").
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    hookd::fuzz::HOOKD_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
