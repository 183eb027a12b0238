// SPDX-License-Identifier: MIT
#include "config/document.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

#include <hookd/daemon/configuration.hpp>

#include <algorithm>

namespace hookd::fuzz {

namespace {

bool is_one_line(const std::string& message) {
    return !message.empty() && std::ranges::none_of(message, [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
    });
}

} // namespace

void configuration(std::string_view bytes) {
    input parts{bytes};
    const auto in = parts.byte() == 'J' ? config::syntax::json : config::syntax::toml;
    const auto read = daemon::load_configuration_text(parts.rest(), in, "fuzzed");
    require((read.values == nullptr) == !read.errors.empty(), "there are settings, or it is said why not");
    require(std::ranges::all_of(read.errors, is_one_line) && std::ranges::all_of(read.warnings, is_one_line),
            "a message is a line that harms no log");
    if (read.values != nullptr) {
        config::diagnostics found{"effective"};
        require(config::parse_document(read.effective, config::syntax::toml, found).has_value() && found.ok(),
                "the effective settings are shown as TOML");
    }
}

} // namespace hookd::fuzz
