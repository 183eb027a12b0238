// SPDX-License-Identifier: MIT
#include <hookd/loadgen/message_id.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <sys/random.h>
#include <system_error>

namespace hookd::loadgen {

namespace {

constexpr std::chrono::milliseconds ksuid_epoch{1'400'000'000'000};
constexpr std::size_t encoded_size = 27;

void fill_with_chance(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
        if (got >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(got));
        } else if (errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
    }
}

} // namespace

std::string to_base62(std::span<const std::byte, 20> bytes) {
    constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::array<std::uint32_t, 5> number{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        number[i / 4] = number[i / 4] << 8U | std::to_integer<std::uint32_t>(bytes[i]);
    }
    std::string text(encoded_size, '0');
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit) { // long division, once per digit
        std::uint64_t rest = 0;
        for (auto& word : number) {
            const std::uint64_t dividend = rest << 32U | word;
            word = static_cast<std::uint32_t>(dividend / digits.size());
            rest = dividend % digits.size();
        }
        *digit = digits[rest];
    }
    return text;
}

std::string send_ids::next(unix_millis now) {
    if (used_ == pool_.size()) {
        fill_with_chance(pool_);
        used_ = 0;
    }
    const auto time = now.time_since_epoch() - ksuid_epoch;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto high = static_cast<std::uint32_t>(seconds.count());
    std::array<std::byte, 20> bytes{};
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[i] = static_cast<std::byte>(high >> (24 - 8 * i));
    }
    bytes[4] = static_cast<std::byte>((time - seconds).count() / 4);
    std::copy_n(&pool_[used_], random_size, &bytes[5]);
    used_ += random_size;
    return "msg_" + to_base62(bytes);
}

} // namespace hookd::loadgen
