#include "app/core_dump.hpp"

#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <malloc.h>

namespace hookd::app {

namespace {

/// For the keys of certificates, and those of each handshake under way: OpenSSL fails where it is full. Only what is
/// used takes memory.
constexpr std::size_t secure_heap = std::size_t{64} << 20U;
constexpr std::size_t smallest_piece = 32;
/// Larger pieces are TLS records, never keys.
constexpr std::size_t largest_key = std::size_t{8} << 10U;

// OpenSSL takes keys apart in memory that it frees as it is.

void* take(std::size_t size, const char* /*file*/, int /*line*/) {
    return std::malloc(size);
}

void cleanse_and_free(void* piece, const char* /*file*/, int /*line*/) {
    if (const auto size = malloc_usable_size(piece); size <= largest_key) {
        OPENSSL_cleanse(piece, size);
    }
    std::free(piece);
}

void* change_size(void* piece, std::size_t size, const char* file, int line) {
    if (piece != nullptr && malloc_usable_size(piece) > largest_key) {
        return std::realloc(piece, size);
    }
    void* const other = std::malloc(size);
    if (other != nullptr && piece != nullptr) {
        std::memcpy(other, piece, std::min(size, malloc_usable_size(piece)));
        cleanse_and_free(piece, file, line);
    }
    return other;
}

} // namespace

void keep_secrets_out_of_core_dumps() {
    if (CRYPTO_set_mem_functions(take, change_size, cleanse_and_free) == 0 ||
        CRYPTO_secure_malloc_init(secure_heap, smallest_piece) == 0) { // 2: made, though not locked into memory
        spdlog::warn("OpenSSL keeps keys where a core dump could show them");
    }
}

} // namespace hookd::app
