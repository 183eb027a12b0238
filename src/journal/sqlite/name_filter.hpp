// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Bloom filters of names, as the journal keeps them for its blocks of events (docs/journal.md): 12 bits a name, of
/// which 8 are set, so that about one of 300 names that are not in it seems to be. The bytes are on disk: a change of
/// anything here is a change of the journal's format.
namespace hookd::journal {

enum class name_kind : char { collection = 'c', document = 'd' };

/// A name, as a filter knows it.
std::uint64_t name_hash(name_kind kind, std::string_view name);
/// The filter of these names.
std::string make_name_filter(std::vector<std::uint64_t> hashes);
/// False: the name is not among those that the filter was made of.
bool may_contain(std::string_view filter, std::uint64_t hash);

} // namespace hookd::journal
