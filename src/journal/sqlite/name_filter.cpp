// SPDX-License-Identifier: MIT
#include "journal/sqlite/name_filter.hpp"

#include <algorithm>
#include <climits>
#include <cstddef>

namespace hookd::journal {

namespace {

constexpr std::size_t bits_a_name = 12;
constexpr unsigned set_a_name = 8;

/// Calls `look` with the place of each bit of the name, until that returns false. Whether it never did.
template <class Look>
bool for_each_bit(std::size_t bytes, std::uint64_t hash, const Look& look) {
    // Two hashes make all (Kirsch and Mitzenmacher, "Less Hashing, Same Performance", 2006).
    const auto first = hash & UINT32_MAX;
    const auto step = (hash >> 32U) | 1U;
    for (unsigned i = 0; i < set_a_name; ++i) {
        const auto bit = static_cast<std::size_t>((first + i * step) % (bytes * CHAR_BIT));
        if (!look(bit / CHAR_BIT, 1U << (bit % CHAR_BIT))) {
            return false;
        }
    }
    return true;
}

} // namespace

std::uint64_t name_hash(name_kind kind, std::string_view name) {
    // FNV-1a, then the finalizer of SplitMix64, because the low bits of FNV-1a are poor.
    std::uint64_t hash = 14695981039346656037U;
    const auto add = [&](char byte) { hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U; };
    add(static_cast<char>(kind));
    std::ranges::for_each(name, add);
    hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
    hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
    return hash ^ (hash >> 31U);
}

std::string make_name_filter(std::vector<std::uint64_t> hashes) {
    std::ranges::sort(hashes);
    hashes.erase(std::ranges::unique(hashes).begin(), hashes.end());
    std::string filter((hashes.size() * bits_a_name + CHAR_BIT - 1) / CHAR_BIT, '\0');
    for (const auto hash : hashes) {
        for_each_bit(filter.size(), hash, [&](std::size_t byte, unsigned bit) {
            filter[byte] = static_cast<char>(static_cast<unsigned char>(filter[byte]) | bit);
            return true;
        });
    }
    return filter;
}

bool may_contain(std::string_view filter, std::uint64_t hash) {
    return !filter.empty() && for_each_bit(filter.size(), hash, [&](std::size_t byte, unsigned bit) {
        return (static_cast<unsigned char>(filter[byte]) & bit) != 0;
    });
}

} // namespace hookd::journal
