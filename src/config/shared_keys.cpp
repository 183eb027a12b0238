// SPDX-License-Identifier: MIT
#include <hookd/config/shared_keys.hpp>
#include <hookd/config/wording.hpp>
#include <hookd/core/file_system.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace hookd::config {

void check_place(table& keys, std::string_view key, const std::string& path) {
    if (!keys.checks_places()) {
        return;
    }
    std::error_code ec;
    const auto shown = quoted(std::string_view{path}); // a default is not in the file
    if (std::filesystem::is_directory(path, ec)) {
        keys.error(key, shown + " is a directory: expected the path of a file");
        return;
    }
    if (const auto wrong = name_error(path, file_type::file); !wrong.empty()) {
        keys.error(key, shown + ' ' + wrong);
        return;
    }
    auto directory = std::filesystem::path{path}.parent_path();
    if (directory.empty()) {
        directory = ".";
    }
    if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) == 0) {
        return;
    }
    const auto named = "the directory of " + shown;
    if (errno == ENOENT) {
        keys.warning(key, named + " does not exist; create it, unless the service manager creates it at start");
    } else {
        keys.error(key, named + ": " + std::generic_category().message(errno) +
                            "; use one in which the daemon's user can create files");
    }
}

void demand_unique(table& keys, std::string_view key, const std::string& value, owners& known) {
    if (value.empty()) {
        return;
    }
    const auto [first, added] = known.try_emplace(value, keys.path());
    if (!added) {
        keys.error(key, keys.written(key) + " is already used by " + first->second + "; use another one");
    }
}

bool is_name(std::string_view text) {
    return text.size() <= 64 && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '_' || c == '-';
           });
}

std::string read_name(table& keys, std::string_view help) {
    std::string name = keys.required_text({"name", applies::on_reload, help});
    if (!is_name(name)) {
        keys.error("name", "invalid name " + keys.written("name") + ": expected " + std::string{name_rule});
        return {};
    }
    return name;
}

std::optional<cidr> read_block(table& keys, std::string_view key, std::size_t index, std::string_view text,
                               std::string_view others) {
    auto block = cidr::parse(text);
    if (!block) {
        keys.error(key, index,
                   "invalid address block " + keys.written(key, index) +
                       ": expected for example \"10.0.0.0/8\" or "
                       "\"2001:db8::/32\", with no bits set after the prefix" +
                       std::string{others});
    }
    return block;
}

std::vector<cidr> read_blocks(table& keys, const key& declared) {
    const auto texts = keys.texts(declared, {});
    std::vector<cidr> blocks;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (const auto block = read_block(keys, declared.name, i, texts[i])) {
            blocks.push_back(*block);
        }
    }
    return blocks;
}

} // namespace hookd::config
