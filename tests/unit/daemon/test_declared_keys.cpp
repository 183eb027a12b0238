// SPDX-License-Identifier: MIT
#include "daemon/support.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>

using namespace hookd::daemon;
using hookd::config::applies;
using hookd::config::key_description;

namespace {

std::string in_sources(const std::string& path) {
    return std::string{HOOKD_TEST_DATA} + "/../../../" + path;
}

/// The table in the file that a key belongs to, such as `[[sink]]`.
std::string header_of(const key_description& key) {
    const auto table = key.table.substr(0, key.table.find_first_of(". "));
    const bool array = table == "listener" || table == "endpoint" || table == "sink";
    return array ? "[[" + table + "]]" : '[' + table + ']';
}

/// The part of a text from the line that begins with `first` to one that begins with `next`, or the end.
std::string part_of(const std::string& text, const std::string& first, const std::string& next) {
    const auto begin = text.find('\n' + first);
    REQUIRE(begin != std::string::npos);
    const auto end = text.find('\n' + next, begin + 1);
    return text.substr(begin, end == std::string::npos ? end : end - begin);
}

/// A default as the manual page has it: without quotes.
std::string bare(std::string text) {
    std::erase(text, '"');
    return text;
}

/// For a cell of a table in Markdown.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        escaped += c == '|' ? "\\|" : std::string{c};
    }
    return escaped;
}

std::string reference() {
    std::string text =
        "# Configuration reference\n\n"
        "Every key, as the program declares it. `config/colivara-hookd.toml` shows each with its default and "
        "explains\nmore; `colivara-hookd check` reports all errors in a file at once. A change takes effect "
        "with `colivara-hookd reload`,\nor after a restart where the table says so; a reload that would "
        "change such a key is refused.\n";
    std::string table{"none"};
    for (const auto& key : declared_keys()) {
        if (key.table != table) {
            table = key.table;
            text += "\n## " + table +
                    "\n\n| key | value | default | changes with | meaning |\n| --- | --- | --- | --- | --- |\n";
        }
        const auto fallback = key.required ? "required" : key.fallback.empty() ? "" : '`' + cell(key.fallback) + '`';
        text += "| `" + key.name + "` | " + cell(key.type) + " | " + fallback + " | " +
                (key.when == applies::on_restart ? "restart" : "reload") + " | " + cell(key.help) + " |\n";
    }
    return text;
}

} // namespace

TEST_CASE("keys: each has a meaning, and is declared once") {
    const auto keys = declared_keys();
    CHECK(keys.size() > 40);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        INFO(keys[i].table << '.' << keys[i].name);
        CHECK(keys[i].help.size() > 5);
        for (std::size_t k = 0; k < i; ++k) {
            CHECK_FALSE((keys[k].table == keys[i].table && keys[k].name == keys[i].name));
        }
    }
}

TEST_CASE("keys: the installed file shows each with its default") {
    const auto file = content_of(in_sources("config/colivara-hookd.toml"));
    for (const auto& key : declared_keys()) {
        INFO(key.table << '.' << key.name);
        // Sinks of one type are examples behind the first [[sink]], up to [admin].
        const auto part = part_of(file, header_of(key), key.table.starts_with("sink") ? "[admin]" : "[");
        const bool example = key.table.contains('('); // shows what somebody may want, not always the default
        CHECK(part.contains(key.name + " = " + (example ? "" : key.fallback)));
    }
}

TEST_CASE("keys: the manual page explains each and names its default") {
    auto page = content_of(in_sources("docs/man/colivara-hookd.toml.5"));
    for (auto at = page.find("\\(dq"); at != std::string::npos; at = page.find("\\(dq", at)) {
        page.replace(at, 4, "\"");
    }
    for (const auto& key : declared_keys()) {
        INFO(key.table << '.' << key.name);
        const auto part = part_of(page, ".Sh " + header_of(key), ".Sh ");
        CHECK(part.contains(key.name));
        if (!key.required && key.fallback != "{}" && key.fallback != "\"\"" && !key.fallback.contains("\\n")) {
            CHECK((part.contains(bare(key.fallback)) || part.contains(key.fallback)));
        }
    }
}

TEST_CASE("keys: the reference is made of them (HOOKD_WRITE_REFERENCE=1 writes it)") {
    const auto path = in_sources("docs/configuration.md");
    if (std::getenv("HOOKD_WRITE_REFERENCE") != nullptr) {
        std::ofstream{path} << reference();
    }
    CHECK(content_of(path) == reference());
}
