// SPDX-License-Identifier: MIT
#include "cli/register/secret_saver.hpp"
#include "sinks/syncs.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdlib.h>

using hookd::cli::secret_saver;
using sinks_test::syncs;

namespace {

struct saver_fixture {
    saver_fixture() {
        std::string pattern = std::filesystem::temp_directory_path() / "hookd-saver-XXXXXX";
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        directory = pattern;
        std::ofstream{path()} << "whsec_old\n";
    }
    saver_fixture(const saver_fixture&) = delete;
    saver_fixture& operator=(const saver_fixture&) = delete;
    ~saver_fixture() { std::filesystem::remove_all(directory); }

    std::string path() const { return directory / "secret"; }
    std::string content() const {
        std::ifstream file{path()};
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{directory}, {}));
    }

    std::filesystem::path directory;
};

} // namespace

TEST_CASE_METHOD(saver_fixture,
                 "secret saver: what it saved is on the disk before it has its name, and then its name is") {
    auto saver = secret_saver::prepare(path());
    REQUIRE(saver);
    const syncs watch;
    REQUIRE(saver->save("new"));
    REQUIRE(watch.seen().size() == 2);
    CHECK(watch.seen().front().starts_with(directory.string() + "/.hookd-secret-")); // its name at the time of the sync
    CHECK(watch.seen().back() == directory);
    CHECK(content() == "new\n");
    CHECK(files() == 1);
}

TEST_CASE_METHOD(saver_fixture, "secret saver: on a disk error the old secret stays, and the error is reported") {
    {
        auto saver = secret_saver::prepare(path());
        REQUIRE(saver);
        syncs watch;
        watch.fail(1);
        const auto saved = saver->save("new");
        REQUIRE_FALSE(saved);
        CHECK(saved.error().message.ends_with("Input/output error"));
        CHECK(content() == "whsec_old\n");
    }
    CHECK(files() == 1);
}

TEST_CASE_METHOD(saver_fixture, "secret saver: a rename that may not survive a power failure is reported") {
    auto saver = secret_saver::prepare(path());
    REQUIRE(saver);
    syncs watch;
    watch.fail(2);
    const auto saved = saver->save("new");
    REQUIRE_FALSE(saved);
    CHECK(saved.error().message.contains("power failure"));
    CHECK(content() == "new\n");
}

TEST_CASE_METHOD(saver_fixture, "secret saver: a file that holds anything but a secret is not replaced") {
    std::ofstream{path()} << "-----BEGIN PRIVATE KEY-----\n";
    const auto refused = secret_saver::prepare(path());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.contains("holds something other than a webhook's secret"));
    CHECK(content() == "-----BEGIN PRIVATE KEY-----\n");
    CHECK(files() == 1);
    std::ofstream{path()} << "";
    CHECK(secret_saver::prepare(path()));
}
