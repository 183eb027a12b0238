// SPDX-License-Identifier: MIT
#include "requests.hpp"

#include <cstdint>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

requests::requests(const std::string& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status{};
    if (fd < 0 || ::fstat(fd, &status) != 0) {
        throw std::runtime_error("cannot read " + file);
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const begin = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    ::close(fd);
    if (begin == MAP_FAILED) {
        throw std::runtime_error("cannot map " + file);
    }
    mapped_ = {static_cast<const char*>(begin), size};
    for (auto rest = mapped_; !rest.empty();) {
        std::uint32_t length = 0;
        rest.copy(reinterpret_cast<char*>(&length), sizeof length);
        all_.push_back(rest.substr(sizeof length, length));
        rest.remove_prefix(sizeof length + length);
    }
}

requests::~requests() {
    ::munmap(const_cast<char*>(mapped_.data()), mapped_.size());
}
