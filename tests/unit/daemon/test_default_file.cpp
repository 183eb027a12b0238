// SPDX-License-Identifier: MIT
#include "daemon/support.hpp"
#include "http/authority.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <sstream>

using namespace hookd::daemon;
using hookd::config::syntax;
using strings = std::vector<std::string>;

namespace {

const strings none;

std::string installed_file() {
    return content_of(std::string{HOOKD_TEST_DATA} + "/../../../config/colivara-hookd.toml");
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

strings lines_of(const std::string& text) {
    strings lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// With every default uncommented ("#key = …"), and the examples ("#[[…" up to an empty line) too, if wanted.
std::string uncommented(const std::string& text, bool examples) {
    std::string out;
    bool in_example = false;
    for (const std::string& line : lines_of(text)) {
        in_example = line.starts_with("#[[") || (in_example && !line.empty());
        const bool key = line.size() > 1 && line[0] == '#' && line[1] != ' ';
        out += (key && (examples || !in_example) ? line.substr(1) : line) + '\n';
    }
    return out;
}

/// The words before " =", of each top-level table.
std::map<std::string, std::set<std::string>> keys_by_table(const std::string& text) {
    std::map<std::string, std::set<std::string>> keys;
    std::string table;
    for (std::string line : lines_of(text)) {
        if (line.starts_with('#')) {
            line.erase(0, 1);
        }
        if (line.starts_with('[')) {
            const auto begin = line.find_first_not_of('[');
            table = line.substr(begin, line.find_first_of(".]", begin) - begin);
        }
        for (std::size_t at = line.find(" ="); at != std::string::npos; at = line.find(" =", at + 1)) {
            const auto begin = line.find_last_of(" {", at - 1);
            keys[table].insert(line.substr(begin + 1, at - begin - 1));
        }
    }
    return keys;
}

/// A configuration with its paths led to files that exist.
std::string at_home(const scratch& files, authority& issuer, const std::string& text = installed_file()) {
    const auto pair = issuer.issue("DNS:localhost");
    files.write("webhook-secret", test_secret);
    files.write("app-token", "Bearer t");
    files.write("mail-password", "m");
    files.write("fullchain.pem", content_of(pair.certificate) + content_of(issuer.certificate()));
    files.write("privkey.pem", content_of(pair.private_key));
    files.write("hooks/mail", "#!/bin/sh\n", 0700);
    return replaced(replaced(text, "/etc/colivara-hookd/", files.path("")), "/var/log/colivara-hookd/", files.path(""));
}

} // namespace

TEST_CASE("default file: as shipped it lacks only the secret") {
    const loaded bare = load_configuration_text(installed_file(), syntax::toml, "f");
    REQUIRE(bare.errors.size() == 1);
    CHECK(bare.errors[0].contains("endpoint[0].secrets[0].file: cannot be read"));
    const scratch files;
    authority issuer;
    const loaded supplied = load_configuration_text(at_home(files, issuer), syntax::toml, "f");
    CHECK(supplied.errors == none);
    CHECK(supplied.warnings == none);
    CHECK(supplied.values);
}

TEST_CASE("manual page: its example is a configuration") {
    const auto page = content_of(std::string{HOOKD_TEST_DATA} + "/../../../docs/man/colivara-hookd.toml.5");
    const auto begin = page.find(".Bd -literal\n", page.find(".Sh EXAMPLES")) + 13;
    const scratch files;
    authority issuer;
    const loaded outcome = load_configuration_text(
        at_home(files, issuer, page.substr(begin, page.find(".Ed\n", begin) - begin)), syntax::toml, "f");
    CHECK(outcome.errors == none);
    CHECK(outcome.warnings == none);
}

TEST_CASE("default file: what it states as a default is the default") {
    const scratch files;
    authority issuer;
    const std::string text = at_home(files, issuer);
    const std::string stated = uncommented(text, false);
    CHECK(stated.size() < text.size() - 20);
    const loaded outcome = load_configuration_text(stated, syntax::toml, "f");
    CHECK(outcome.errors == none);
    CHECK(outcome.effective == load_configuration_text(text, syntax::toml, "f").effective);
}

TEST_CASE("default file: its examples are right") {
    const scratch files;
    authority issuer;
    const loaded outcome = load_configuration_text(uncommented(at_home(files, issuer), true), syntax::toml, "f");
    CHECK(outcome.errors == none);
    CHECK(outcome.warnings == none);
    REQUIRE(outcome.values);
    CHECK(outcome.values->listeners.size() == 2);
    CHECK(outcome.values->sinks.size() == 6);
}

TEST_CASE("default file: it mentions every key there is") {
    const scratch files;
    authority issuer;
    const std::string text = at_home(files, issuer);
    const loaded outcome = load_configuration_text(uncommented(text, true), syntax::toml, "f");
    auto mentioned = keys_by_table(text);
    const auto known = keys_by_table(outcome.effective);
    REQUIRE(known.size() == 9);
    for (const auto& [table, keys] : known) {
        for (const std::string& key : keys) {
            INFO(table << '.' << key);
            CHECK(mentioned[table].contains(key));
        }
    }
}
