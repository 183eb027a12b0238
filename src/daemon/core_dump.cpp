// SPDX-License-Identifier: MIT
#include "daemon/core_dump.hpp"

#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace hookd::daemon {

namespace {

/// For the keys of certificates and of each current handshake: OpenSSL fails if it is full. Only what is used takes
/// memory.
constexpr std::size_t secure_heap = std::size_t{64} << 20U;
constexpr std::size_t smallest_piece = 32;
/// Larger pieces are TLS records, never keys.
constexpr std::size_t largest_key = std::size_t{8} << 10U;

// OpenSSL parses keys in memory that it frees without overwriting it. Each piece is preceded by its size: asking the
// allocator for it costs more.

constexpr std::size_t head = alignof(std::max_align_t);
static_assert(head >= sizeof(std::size_t));

void* take(std::size_t size, const char* /*file*/, int /*line*/) {
    if (size > std::numeric_limits<std::size_t>::max() - head) {
        return nullptr;
    }
    auto* const start = static_cast<std::byte*>(std::malloc(head + size));
    if (start == nullptr) {
        return nullptr;
    }
    std::memcpy(start, &size, sizeof size);
    return start + head;
}

std::size_t size_of(const void* piece) {
    std::size_t size = 0;
    std::memcpy(&size, static_cast<const std::byte*>(piece) - head, sizeof size);
    return size;
}

void cleanse_and_free(void* piece, const char* /*file*/, int /*line*/) {
    if (piece == nullptr) {
        return;
    }
    if (const auto size = size_of(piece); size <= largest_key) {
        OPENSSL_cleanse(piece, size);
    }
    std::free(static_cast<std::byte*>(piece) - head);
}

void* change_size(void* piece, std::size_t size, const char* file, int line) {
    void* const other = take(size, file, line);
    if (other != nullptr && piece != nullptr) {
        std::memcpy(other, piece, std::min(size, size_of(piece)));
        cleanse_and_free(piece, file, line);
    }
    return other;
}

} // namespace

void keep_secrets_out_of_core_dumps() {
    if (CRYPTO_set_mem_functions(take, change_size, cleanse_and_free) == 0 ||
        CRYPTO_secure_malloc_init(secure_heap, smallest_piece) == 0) { // 2: made, though not locked into memory
        spdlog::warn("OpenSSL keeps keys in memory that a core dump can contain");
    }
}

} // namespace hookd::daemon
