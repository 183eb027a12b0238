// SPDX-License-Identifier: MIT
#include "sinks/exec/hook_program.hpp"

#include "sinks/exec/elf_program.hpp"
#include "sinks/file_io.hpp"
#include "sinks/paths.hpp"

#include <hookd/core/escape.hpp>
#include <hookd/core/text.hpp>

#include <fmt/format.h>

#include <array>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hookd::sinks {
namespace {

using namespace std::string_view_literals;

/// What the kernel reads (BINPRM_BUF_SIZE, linux/binfmts.h); it fills short files with zeros. The last byte is never
/// part of the line.
constexpr std::size_t looked_at = 256;
/// The limit of nested script interpreters (execve(2)).
constexpr unsigned most_interpreters = 5;

constexpr auto blank = " \t"sv;

/// Cuts the first word off `text` and returns it.
std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(blank), text.size()));
    const auto word = text.substr(0, text.find_first_of(blank));
    text.remove_prefix(word.size());
    return word;
}

bool is_regular(const std::string& path) {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool is_in_hook_path(std::string_view name) {
    for (auto rest = hook_path; !rest.empty();) {
        const auto directory = rest.substr(0, rest.find(':'));
        const auto path = fmt::format("{}/{}", directory, name);
        if (may(path, X_OK) && is_regular(path)) {
            return true;
        }
        rest.remove_prefix(std::min(directory.size() + 1, rest.size()));
    }
    return false;
}

/// The program that env(1) will run, from the text after `-S`; empty if its options do not tell.
std::string_view split_by_env(std::string_view words) {
    auto word = take_word(words);
    while (word == "-i" || word.contains('=')) {
        word = take_word(words);
    }
    return word;
}

/// The kernel passes everything after the name of env(1) as one argument.
std::optional<std::string> doubt_of_env(std::string_view argument) {
    auto program = argument;
    if (argument.starts_with("-S") || argument.starts_with("-vS")) {
        program = split_by_env(argument.substr(argument.find('S') + 1));
    } else if (argument.empty()) {
        return "names no program after env, which then starts this script again and again; name the interpreter";
    } else if (argument.find_first_of(blank) != std::string_view::npos) {
        return fmt::format("passes \"{}\" to env as one argument, as the kernel always does; write env -S {}",
                           escaped(argument), escaped(argument));
    }
    if (program.empty() || program.starts_with('-') || program.contains('/') || is_in_hook_path(program)) {
        return std::nullopt;
    }
    return fmt::format("names the interpreter {}, which is in no directory of a hook's PATH ({}); install it or "
                       "use its absolute path",
                       escaped(program), hook_path);
}

std::optional<std::string> doubt_of_program(const std::string& path, unsigned interpreters);

/// Checks the text after `#!`.
std::optional<std::string> doubt_of_line(std::string_view line, unsigned interpreters) {
    const std::string interpreter{take_word(line)};
    if (!interpreter.starts_with('/')) {
        return fmt::format("names no interpreter with an absolute path (\"{}\"); begin it with a line such as "
                           "\"#!/bin/sh\"",
                           escaped(interpreter));
    }
    const bool executable = may(interpreter, X_OK);
    if (!executable || !is_regular(interpreter)) {
        return fmt::format("names the interpreter {}: {}; install it or correct the first line", escaped(interpreter),
                           executable ? "Is not a regular file" : last_error().message());
    }
    if (const auto doubt = doubt_of_program(interpreter, interpreters + 1)) {
        return fmt::format("names the interpreter {}, which {}", escaped(interpreter), *doubt);
    }
    return interpreter.ends_with("/env") ? doubt_of_env(trimmed(line)) : std::nullopt;
}

std::optional<std::string> doubt_of_script(std::string_view beginning, unsigned interpreters) {
    if (beginning.starts_with("\xEF\xBB\xBF")) {
        return "begins with a byte order mark, after which the kernel ignores \"#!\"; save it as UTF-8 without one";
    }
    if (!beginning.starts_with("#!")) {
        return "is not a program and does not begin with \"#!\", so the kernel cannot start it; name the interpreter "
               "in its first line, for example \"#!/bin/sh\"";
    }
    if (interpreters >= most_interpreters) {
        return "exceeds the number of scripts that can be interpreters of each other; use a program as interpreter";
    }
    const auto end = beginning.find('\n');
    const auto line = beginning.substr(0, end).substr(2);
    if (end == std::string_view::npos && beginning.size() >= looked_at) {
        return fmt::format(
            "has a first line of more than {} bytes, the limit of the kernel; make it shorter, for example with a "
            "link to the interpreter",
            looked_at - 1);
    }
    if (line.ends_with('\r')) {
        return "has lines that end in CR LF, so the kernel reads the CR as part of the interpreter's name; save it "
               "with "
               "LF only (sed -i 's/\\r$//')";
    }
    return doubt_of_line(line, interpreters);
}

std::optional<std::string> doubt_of_program(const std::string& path, unsigned interpreters) {
    const auto file = open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
    std::array<char, looked_at> bytes{};
    const auto count = file ? ::pread(file->get(), bytes.data(), bytes.size(), 0) : -1;
    if (count < 0) {
        return std::nullopt;
    }
    const std::string_view beginning{bytes.data(), static_cast<std::size_t>(count)};
    return beginning.starts_with(ELFMAG) ? doubt_of_elf(file->get()) : doubt_of_script(beginning, interpreters);
}

} // namespace

std::optional<std::string> doubt_of_program(const std::string& path) {
    return doubt_of_program(path, 0);
}

} // namespace hookd::sinks
