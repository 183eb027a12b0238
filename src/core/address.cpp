// SPDX-License-Identifier: MIT

#include <hookd/core/address.hpp>
#include <hookd/core/number.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace hookd {

namespace {

constexpr std::array<std::uint8_t, 12> v4_mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned v4_mapped_bits = 96;

} // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) {
    const std::string terminated{text}; // inet_pton(3) takes a C string
    if (terminated.size() != std::strlen(terminated.c_str())) {
        return std::nullopt;
    }
    ip_address address;
    if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) {
        return address;
    }
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data() + v4_mapped_prefix.size()) == 1) {
        std::ranges::copy(v4_mapped_prefix, address.bytes_.begin());
        return address;
    }
    return std::nullopt;
}

std::optional<ip_address> ip_address::from(const sockaddr* address) {
    ip_address found;
    if (address->sa_family == AF_INET6) {
        const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
        std::memcpy(found.bytes_.data(), &v6->sin6_addr, found.bytes_.size());
        return found;
    }
    if (address->sa_family == AF_INET) {
        const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
        std::ranges::copy(v4_mapped_prefix, found.bytes_.begin());
        std::memcpy(found.bytes_.data() + v4_mapped_prefix.size(), &v4->sin_addr, sizeof v4->sin_addr);
        return found;
    }
    return std::nullopt;
}

bool ip_address::is_v4() const {
    return std::equal(v4_mapped_prefix.begin(), v4_mapped_prefix.end(), bytes_.begin());
}

std::string ip_address::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (is_v4()) {
        inet_ntop(AF_INET, bytes_.data() + v4_mapped_prefix.size(), buffer.data(), buffer.size());
    } else {
        inet_ntop(AF_INET6, bytes_.data(), buffer.data(), buffer.size());
    }
    return buffer.data();
}

std::optional<cidr> cidr::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto network = ip_address::parse(text.substr(0, slash));
    if (!network) {
        return std::nullopt;
    }
    const bool v4 = network->is_v4() && text.find(':') == std::string_view::npos;
    cidr block;
    block.network_ = *network;
    block.prefix_ = 128;
    if (slash != std::string_view::npos) {
        auto length_text = text.substr(slash + 1);
        const auto length = take_number(length_text);
        if (!length || !length_text.empty() || *length > (v4 ? 32U : 128U)) {
            return std::nullopt;
        }
        block.prefix_ = static_cast<unsigned>(*length) + (v4 ? v4_mapped_bits : 0);
    }
    for (unsigned bit = block.prefix_; bit < 128; ++bit) {
        if ((block.network_.bytes()[bit / 8] & (0x80U >> (bit % 8))) != 0) {
            return std::nullopt;
        }
    }
    return block;
}

bool cidr::contains(const ip_address& address) const {
    if (address.is_v4() && prefix_ < v4_mapped_bits) {
        return false; // `::/0` means every IPv6 peer
    }
    const unsigned whole = prefix_ / 8;
    const auto& ours = network_.bytes();
    const auto& theirs = address.bytes();
    if (!std::equal(ours.begin(), ours.begin() + whole, theirs.begin())) {
        return false;
    }
    const unsigned rest = prefix_ % 8;
    return rest == 0 || ((ours[whole] ^ theirs[whole]) >> (8 - rest)) == 0;
}

std::string cidr::text() const {
    const bool v4 = network_.is_v4() && prefix_ >= v4_mapped_bits;
    return network_.text() + '/' + std::to_string(v4 ? prefix_ - v4_mapped_bits : prefix_);
}

bool contains(const std::vector<cidr>& blocks, const ip_address& address) {
    return std::ranges::any_of(blocks, [&](const cidr& block) { return block.contains(address); });
}

std::optional<host_and_port> split_authority(std::string_view text) {
    const bool bracketed = text.starts_with('[');
    const auto end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const auto port = text.substr(end + (bracketed ? 1 : 0));
    if (!port.empty() && port.front() != ':') {
        return std::nullopt;
    }
    const auto begin = bracketed ? std::size_t{1} : 0;
    return host_and_port{.host = text.substr(begin, end - begin), .port = port, .bracketed = bracketed};
}

bool is_host_name(std::string_view text) {
    constexpr std::size_t longest = 253; // RFC 1035 section 2.3.4, as text
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_';
    });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto port = take_number(text);
    return port && text.empty() && *port <= 0xFFFF ? std::optional{static_cast<std::uint16_t>(*port)} : std::nullopt;
}

} // namespace hookd
