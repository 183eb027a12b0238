// SPDX-License-Identifier: MIT
#include "cli/command_input.hpp"

#include <hookd/config/secret_file.hpp>
#include <hookd/core/event.hpp>

#include <array>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <system_error>
#include <unistd.h>

namespace hookd::cli {

namespace {

/// A captured request also has a header.
constexpr std::size_t header_room = std::size_t{1} << 20U;

command_result<std::string> read_all(std::istream& in, const std::string& name) {
    constexpr std::size_t most = largest_max_body.bytes + header_room;
    std::string text;
    std::array<char, 65536> block{};
    while (in.read(block.data(), block.size()) || in.gcount() > 0) {
        text.append(block.data(), static_cast<std::size_t>(in.gcount()));
        if (text.size() > most) {
            return fail(exit_usage, name + " has more than " + to_text(largest_max_body) +
                                        ", the largest possible max_body: expected a single message");
        }
    }
    if (in.bad()) {
        return fail(exit_io, "cannot read " + name);
    }
    return text;
}

} // namespace

command_result<std::string> read_input(const std::string& path) {
    if (path == "-") {
        return read_all(std::cin, "standard input");
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return fail(exit_io, "cannot read " + path + ": " + std::generic_category().message(errno));
    }
    return read_all(in, path);
}

command_result<secret> read_secret(const std::string& path, std::string_view what) {
    if (access(path.c_str(), R_OK) != 0) {
        return fail(exit_io,
                    "cannot read " + std::string{what} + ' ' + path + ": " + std::generic_category().message(errno));
    }
    auto read = config::read_secret_file(path);
    if (!read) {
        return fail(exit_config, read.error().message);
    }
    return std::move(*read);
}

} // namespace hookd::cli
