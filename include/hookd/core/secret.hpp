// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace hookd {

/// Secret bytes: kept in pages of their own that are locked into memory if the limit allows it, left out of core dumps
/// (madvise(2), MADV_DONTDUMP), and overwritten before they are freed. Move-only; a moved-from secret is empty.
class secret {
public:
    secret() = default;
    /// Copies `bytes`; the caller must cleanse the source. Throws std::bad_alloc.
    explicit secret(std::span<const std::byte> bytes);
    explicit secret(std::string_view text);
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    secret(secret&& other) noexcept;
    secret& operator=(secret&& other) noexcept;
    ~secret();

    std::span<const std::byte> bytes() const { return {data_, size_}; }
    std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }
    bool empty() const { return size_ == 0; }
    /// Only for our own secrets: input must not be compared this way, because the time it takes reveals something.
    bool operator==(const secret& other) const { return text() == other.text(); }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Overwrites `bytes`, and the compiler cannot remove it: for buffers that held a secret.
void cleanse(std::span<std::byte> bytes);
void cleanse(std::span<char> bytes);

} // namespace hookd
