// SPDX-License-Identifier: MIT
#include "sinks/exec/elf_program.hpp"

#include "sinks/file_io.hpp"
#include "sinks/paths.hpp"

#include <hookd/core/escape.hpp>

#include <fmt/format.h>

#include <array>
#include <bit>
#include <climits>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

namespace hookd::sinks {
namespace {

using namespace std::string_view_literals;

constexpr auto damaged = "is a damaged program: copy or build it again"sv;

template <class T>
bool read_at(int file, std::uint64_t offset, T& into) {
    return ::pread(file, &into, sizeof into, static_cast<off_t>(offset)) == static_cast<ssize_t>(sizeof into);
}

struct machine {
    Elf64_Half number;
    std::string_view name;
};
constexpr std::array machines{
    machine{EM_X86_64, "x86-64"},  machine{EM_386, "32-bit x86"},      machine{EM_AARCH64, "arm64"},
    machine{EM_ARM, "32-bit ARM"}, machine{EM_RISCV, "RISC-V"},        machine{EM_PPC64, "POWER"},
    machine{EM_S390, "IBM Z"},     machine{EM_LOONGARCH, "LoongArch"},
};

std::string name_of(Elf64_Half number) {
    const auto* const known = std::ranges::find(machines, number, &machine::number);
    return known != machines.end() ? std::string{known->name} : fmt::format("machine {}", number);
}

/// Up to e_machine both classes have the same header.
using common_header = Elf32_Ehdr;
static_assert(offsetof(Elf32_Ehdr, e_machine) == offsetof(Elf64_Ehdr, e_machine));

/// The kernel can start programs for the machine of this process.
common_header own_header() {
    common_header own{};
    const auto file = open_at(AT_FDCWD, "/proc/self/exe", O_RDONLY);
    if (file) {
        static_cast<void>(read_at(file->get(), 0, own));
    }
    return own;
}

/// 64-bit kernels also start 32-bit programs if their loaders are installed.
bool may_run(Elf64_Half program, Elf64_Half own) {
    return program == own || (own == EM_X86_64 && program == EM_386) || (own == EM_AARCH64 && program == EM_ARM);
}

std::optional<std::string> doubt_of_loader(int file, std::uint64_t offset, std::uint64_t size) {
    std::array<char, PATH_MAX> path{};
    if (size < 2 || size > path.size() ||
        ::pread(file, path.data(), size, static_cast<off_t>(offset)) != static_cast<ssize_t>(size) ||
        path[size - 1] != '\0') {
        return std::string{damaged};
    }
    if (may(path.data(), X_OK)) {
        return std::nullopt;
    }
    return fmt::format("needs the loader {}: {}; install the C library that it was built for, or link it statically",
                       escaped(path.data()), last_error().message());
}

template <class Header, class Segment>
std::optional<std::string> doubt_of_segments(int file) {
    Header header{};
    if (!read_at(file, 0, header) || header.e_phentsize != sizeof(Segment)) {
        return std::string{damaged};
    }
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        Segment segment{};
        if (!read_at(file, header.e_phoff + i * sizeof segment, segment)) {
            return std::string{damaged};
        }
        if (segment.p_type == PT_INTERP) {
            return doubt_of_loader(file, segment.p_offset, segment.p_filesz);
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> doubt_of_elf(int file) {
    common_header header{};
    const auto count = ::pread(file, &header, sizeof header, 0);
    if (count < SELFMAG || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        return std::nullopt;
    }
    const auto own = own_header();
    if (count < static_cast<ssize_t>(sizeof header)) {
        return std::string{damaged};
    }
    if (header.e_ident[EI_DATA] != own.e_ident[EI_DATA]) {
        return "is a program for machines of another byte order: build it for " + name_of(own.e_machine);
    }
    if (!may_run(header.e_machine, own.e_machine)) {
        return fmt::format("is a program for {}, but this machine is {}: the kernel does not start it without an "
                           "emulator; build it for {}",
                           name_of(header.e_machine), name_of(own.e_machine), name_of(own.e_machine));
    }
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
        return "is not a complete program (maybe an object file): link it";
    }
    return header.e_ident[EI_CLASS] == ELFCLASS64 ? doubt_of_segments<Elf64_Ehdr, Elf64_Phdr>(file)
                                                  : doubt_of_segments<Elf32_Ehdr, Elf32_Phdr>(file);
}

} // namespace hookd::sinks
