// SPDX-License-Identifier: MIT
#include <hookd/core/secret.hpp>

#include <cstring>
#include <new>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace hookd {

namespace {

std::size_t pages_for(std::size_t size) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return (size + page - 1) / page * page;
}

} // namespace

secret::secret(std::span<const std::byte> bytes) {
    if (bytes.empty()) {
        return;
    }
    const std::size_t room = pages_for(bytes.size());
    void* const pages = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        throw std::bad_alloc{};
    }
    madvise(pages, room, MADV_DONTDUMP);
    mlock(pages, room); // RLIMIT_MEMLOCK may forbid it: then it may be swapped out
    data_ = static_cast<std::byte*>(pages);
    size_ = bytes.size();
    std::memcpy(data_, bytes.data(), size_);
}

secret::secret(std::string_view text) : secret{std::as_bytes(std::span{text})} {}

secret::secret(secret&& other) noexcept
    : data_{std::exchange(other.data_, nullptr)}, size_{std::exchange(other.size_, 0)} {}

secret& secret::operator=(secret&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

secret::~secret() {
    if (data_ != nullptr) {
        explicit_bzero(data_, size_);
        munmap(data_, pages_for(size_));
    }
}

void cleanse(std::span<std::byte> bytes) {
    if (!bytes.empty()) { // an empty span's pointer may be null, which explicit_bzero(3) does not allow
        explicit_bzero(bytes.data(), bytes.size());
    }
}

void cleanse(std::span<char> bytes) {
    cleanse(std::as_writable_bytes(bytes));
}

} // namespace hookd
