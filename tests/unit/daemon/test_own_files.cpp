// SPDX-License-Identifier: MIT
#include "daemon/support.hpp"
#include "sink_keys.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

namespace fs = std::filesystem;
using namespace hookd::daemon;
using hookd::config::syntax;
using hookd_test::file_at;
using hookd_test::queue_at;
using hookd_test::quoted;

TEST_CASE("configuration: what belongs to the daemon, or to another sink, gets no events, by any path") {
    const scratch files;
    const fs::path directory{files.path(".")};
    fs::create_directories(directory / "real/new");
    fs::create_directory_symlink(directory / "real", directory / "linked");
    files.write("real/secret", std::string{test_secret} + "\n", 0600);
    files.write("real/hook", "#!/bin/sh\n", 0700);
    fs::create_hard_link(directory / "real/secret", directory / "second-name");
    fs::create_symlink(directory / "linked/journal.db", directory / "leads-nowhere-yet");
    const auto config_file = (directory / "linked/test.toml").string();
    const auto with = [&](const fs::path& path, const std::string& more = "") {
        const auto text =
            "[[listener]]\naddress = \"127.0.0.1:8080\"\n"
            "[admin]\nsocket = " +
            quoted(directory / "linked/admin.sock") +
            "\n[[listener]]\naddress = " + quoted(fs::path("unix:" + (directory / "linked/http.sock").string())) +
            "\n"
            "[[endpoint]]\nname = \"colivara\"\npath = \"/webhooks\"\nsecrets = [{ file = " +
            quoted(directory / "linked/secret") + " }]\n[journal]\npath = " + quoted(directory / "linked/journal.db") +
            "\n[[sink]]\nname = \"tested\"\n" + file_at(path) + "\n[[sink]]\nname = \"other\"\n" +
            (more.empty() ? "type = \"exec\"\ncommand = [" + quoted(directory / "linked/hook") + "]" : more);
        const auto errors = load_configuration_text(text, syntax::toml, config_file).errors;
        return errors.empty() ? std::string{} : errors.at(0).substr(errors.at(0).find(": ") + 2);
    };
    CHECK(with(directory / "real/events.jsonl").empty());
    for (const char* const suffix : {"", "-wal", "-shm", "-journal", ".lock"}) {
        CHECK(with(directory / ("real/journal.db" + std::string{suffix}))
                  .contains(" is already used by journal.path; use another file"));
    }
    CHECK(with(directory / "leads-nowhere-yet").contains(" is already used by journal.path"));
    CHECK(with(directory / "second-name").contains(" is already used by endpoint[0].secrets[0].file"));
    CHECK(with(directory / "real/./test.toml").contains(" is already used by the configuration"));
    CHECK(with(directory / "real/admin.sock").contains(" is already used by admin.socket"));
    CHECK(with(directory / "real/http.sock").contains(" is already used by listener[1].address"));
    CHECK(with(directory / "real/hook").contains(" is already used by sink[1].command"));
    const auto at_other = file_at(directory / "linked/events.jsonl");
    CHECK(with(directory / "real/events.jsonl", at_other).contains("sink[1].path: "));
    CHECK(with(directory / "real/events.jsonl", at_other).contains(" is already used by sink[0]; use another file"));
    CHECK(with(directory / "real/new/events.jsonl", queue_at(directory / "linked"))
              .contains(" is inside the queue of sink[1]"));
    CHECK(with(directory / "real/events.jsonl", queue_at(directory / "linked")).empty());
}
