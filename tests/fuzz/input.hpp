// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace hookd::fuzz {

/// Takes the parts of a target's input one after another; of an input that is at its end every part is empty or 0.
/// Parts are text lines, so that corpora can be written by hand and the fuzzer can move them about.
class input {
public:
    explicit input(std::string_view bytes) : rest_{bytes} {}

    unsigned char byte();
    /// Up to the next line feed, which is dropped.
    std::string_view line();
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

/// Calls `take` with pieces of `bytes` in turn, cut at places that `seed` decides; always the same for the same seed.
template <class Take>
void in_pieces(std::string_view bytes, unsigned char seed, Take&& take) {
    unsigned state = seed;
    while (!bytes.empty()) {
        state = state * 1'103'515'245U + 12'345U;
        // Seed 0 means byte by byte; else mostly short pieces, and now and then a long one.
        const std::size_t wanted = seed == 0 ? 1 : 1 + ((state >> 16U) % ((state & 0x4'0000U) != 0 ? 7U : 97U));
        const auto piece = bytes.substr(0, wanted);
        bytes.remove_prefix(piece.size());
        take(piece);
    }
}

} // namespace hookd::fuzz
