#include "sinks/hook_script.hpp"

#include "sinks/file_io.hpp"
#include "sinks/paths.hpp"

#include <hookd/core/escape.hpp>

#include <fmt/format.h>

#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace hookd::sinks {
namespace {

using namespace std::string_view_literals;

/// As much as the kernel looks at (BINPRM_BUF_SIZE, execve(2)).
std::optional<std::string> beginning_of(const std::string& path) {
    const auto file = open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
    std::array<char, 256> bytes{};
    const auto count = file ? ::pread(file->get(), bytes.data(), bytes.size(), 0) : -1;
    return count < 0 ? std::nullopt : std::optional{std::string(bytes.data(), static_cast<std::size_t>(count))};
}

/// The first word of `text`, which is cut off.
std::string_view take_word(std::string_view& text) {
    constexpr auto blank = " \t"sv;
    text.remove_prefix(std::min(text.find_first_not_of(blank), text.size()));
    const auto word = text.substr(0, text.find_first_of(blank));
    text.remove_prefix(word.size());
    return word;
}

bool is_in_hook_path(std::string_view name) {
    for (auto rest = hook_path; !rest.empty();) {
        const auto directory = rest.substr(0, rest.find(':'));
        if (may(fmt::format("{}/{}", directory, name), X_OK)) {
            return true;
        }
        rest.remove_prefix(std::min(directory.size() + 1, rest.size()));
    }
    return false;
}

std::optional<std::string> doubt_of_interpreter(std::string_view line) {
    const std::string interpreter{take_word(line)};
    if (!interpreter.starts_with('/')) {
        return fmt::format("names no interpreter by its absolute path (\"{}\"); want a first line such as "
                           "\"#!/bin/sh\"",
                           escaped(interpreter));
    }
    if (!may(interpreter, X_OK)) {
        return fmt::format("names the interpreter {}: {}; install it, or correct the first line", escaped(interpreter),
                           last_error().message());
    }
    if (interpreter.ends_with("/env")) {
        auto name = take_word(line);
        if (name == "-S") {
            name = take_word(line);
        }
        if (!name.empty() && !name.starts_with('-') && !name.contains('/') && !name.contains('=') &&
            !is_in_hook_path(name)) {
            return fmt::format(
                "names the interpreter {}, which is in no directory of a hook's PATH ({}); install it, or "
                "name it by its absolute path",
                escaped(name), hook_path);
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> doubt_of_script(const std::string& path) {
    const auto beginning = beginning_of(path);
    if (!beginning || beginning->starts_with("\177ELF")) {
        return std::nullopt;
    }
    if (beginning->starts_with("\xEF\xBB\xBF")) {
        return "begins with a byte order mark, behind which the kernel sees no \"#!\"; save it as UTF-8 without one";
    }
    if (!beginning->starts_with("#!")) {
        return "is no program and does not begin with \"#!\", so that the kernel cannot start it; let its first line "
               "name "
               "the interpreter, as in \"#!/bin/sh\"";
    }
    const auto line = std::string_view{*beginning}.substr(2, beginning->find('\n') - 2);
    if (line.ends_with('\r')) {
        return "has lines that end in CR LF, so that the kernel takes the CR for a part of the interpreter's name; "
               "save it "
               "with LF alone (sed -i 's/\\r$//')";
    }
    return doubt_of_interpreter(line);
}

} // namespace hookd::sinks
