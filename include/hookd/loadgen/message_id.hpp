// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace hookd::loadgen {

/// Generates message ids as Svix does: `msg_` and a KSUID of 20 bytes in 27 base62 characters. The bytes are the time,
/// in units of 4 ms since 1400000000 (Unix), then random; ids therefore sort by time.
class send_ids {
public:
    /// Throws std::system_error if the kernel returns no random bytes.
    std::string next(unix_millis now);

private:
    static constexpr std::size_t random_size = 15;
    std::array<std::byte, random_size * 256> pool_{}; // one call for many ids
    std::size_t used_ = pool_.size();
};

/// 27 digits of 0-9A-Za-z, the most significant first.
std::string to_base62(std::span<const std::byte, 20> bytes);

} // namespace hookd::loadgen
