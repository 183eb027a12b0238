// SPDX-License-Identifier: MIT
#include "daemon/support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

using namespace hookd::daemon;
using hookd::config::syntax;

namespace {

const std::string folder = std::string{HOOKD_TEST_DATA} + "/corpus/";

std::vector<std::string> corpus() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (entry.path().extension() != ".expected") {
            names.push_back(entry.path().filename());
        }
    }
    std::ranges::sort(names);
    return names;
}

std::string said_about(const std::string& name, const std::string& content) {
    const syntax in = name.ends_with(".json") ? syntax::json : syntax::toml;
    const loaded outcome = load_configuration_text(content, in, name);
    CHECK((outcome.values == nullptr) == !outcome.errors.empty());
    std::string lines;
    for (const std::string& each : outcome.errors) {
        lines += each + '\n';
    }
    for (const std::string& each : outcome.warnings) {
        lines += "warning: " + each + '\n';
    }
    return lines;
}

} // namespace

TEST_CASE("config: every error of a file is reported at once, with its place and what was expected") {
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret},
                                 {"HOOKD_TEST_BAD_SECRET", "Vm9uSGllckFuSXN0QWxsZXNHZWhlaW0"},
                                 {"HOOKD_TEST_EMPTY", ""},
                                 {"HOOKD_TEST_DEFINED", "127.0.0.1:8080"},
                                 {"HOOKD_TEST_UNDEFINED", nullptr},
                                 {"CREDENTIALS_DIRECTORY", nullptr}}};
    const auto names = corpus();
    REQUIRE(names.size() >= 40);
    for (const std::string& name : names) {
        INFO(name);
        const std::string said = said_about(name, content_of(folder + name));
        const std::string stem = name.substr(0, name.rfind('.'));
        CHECK(said == content_of(folder + stem + ".expected"));
        CHECK_FALSE(said.empty());
    }
}

TEST_CASE("config: no message about any file of the corpus quotes a secret") {
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret},
                                 {"HOOKD_TEST_BAD_SECRET", "Vm9uSGllckFuSXN0QWxsZXNHZWhlaW0"},
                                 {"CREDENTIALS_DIRECTORY", nullptr}}};
    for (const std::string& name : corpus()) {
        const std::string said = said_about(name, content_of(folder + name));
        INFO(said);
        CHECK_FALSE(said.contains("c2VjcmV0"));
        CHECK_FALSE(said.contains("Vm9uSGllckFu"));
        CHECK_FALSE(said.contains("dGhpcyBp"));
    }
}
