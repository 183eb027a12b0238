// SPDX-License-Identifier: MIT
#include "sinks/read_sink.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

struct other_value {
    std::string type;
    std::string keys;
    std::string changed; ///< The same keys, one of them with another value.
};

hookd::sink_settings sink_of(const std::string& type, const std::string& keys) {
    const auto read = sinks_test::read_sink("type = \"" + type + "\"\n" + keys);
    for (const auto& each : read.errors) {
        UNSCOPED_INFO(each);
    }
    REQUIRE(read.errors.empty());
    return read.sinks.at(0);
}

std::vector<other_value> other_values() {
    std::vector<other_value> all{
        {"exec", "command = [\"/bin/true\"]", "command = [\"/bin/true\", \"x\"]"},
        {"exec", "shell = \"true\"", "shell = \"false\""},
        {"file", "path = \"/tmp/hookd-test-a\"", "path = \"/tmp/hookd-test-b\""},
        {"file", "path = \"/tmp/hookd-test-a\"", "path = \"/tmp/hookd-test-a\"\nmode = \"0600\""},
        {"queue", "path = \"/tmp/hookd-test-a\"", "path = \"/tmp/hookd-test-b\""},
        {"http", "url = \"http://a/\"", "url = \"http://b/\""},
        {"http", "url = \"http://a/\"", "url = \"http://a:81/\""},
        {"http", "url = \"http://a/\"", "url = \"http://a/x\""},
        {"http", "url = \"http://a:1/\"", "url = \"https://a:1/\""},
        {"http", "url = \"http://a/\"", "url = \"http://a/\"\nformat = \"original\""},
        {"http", "url = \"http://a/\"", "url = \"http://a/\"\nconnect_timeout = \"9s\""},
        {"http", "url = \"http://a/\"", "url = \"http://a/\"\nheaders = { X-A = \"1\" }"},
        {"http", "url = \"http://a/\"\nheaders = { X-A = \"1\" }", "url = \"http://a/\"\nheaders = { X-A = \"2\" }"},
    };
    for (const auto& [type, own] : {std::pair{"stdout", ""}, std::pair{"exec", "shell = \"true\"\n"}}) {
        for (const char* const key :
             {"events = [\"upsert.fail\"]", "endpoints = [\"colivara\"]", "collections = [\"c\"]",
              "documents = [\"*.pdf\"]", "match = { \"/a\" = 1 }", "timeout = \"9s\"", "concurrency = 2",
              "retry = { attempts = 2 }", "retry = { first = \"2s\" }", "retry = { max = \"2h\" }"}) {
            all.push_back({type, own, std::string{own} + key});
        }
    }
    return all;
}

} // namespace

TEST_CASE("sink settings: a reload sees a change of any key of any type") {
    for (const auto& each : other_values()) {
        INFO(each.type << ": " << each.keys << " | " << each.changed);
        CHECK(sink_of(each.type, each.keys) == sink_of(each.type, each.keys));
        CHECK(sink_of(each.type, each.changed) == sink_of(each.type, each.changed));
        CHECK_FALSE(sink_of(each.type, each.keys) == sink_of(each.type, each.changed));
    }
}

TEST_CASE("sink settings: another type of sink is another sink") {
    CHECK_FALSE(sink_of("file", "path = \"/tmp/hookd-test-a\"") == sink_of("queue", "path = \"/tmp/hookd-test-a\""));
    CHECK_FALSE(sink_of("stdout", "") == sink_of("file", "path = \"/tmp/hookd-test-a\""));
    auto renamed = sink_of("stdout", "");
    renamed.name = "other";
    CHECK_FALSE(renamed == sink_of("stdout", ""));
}

TEST_CASE("sink settings: the values of match are JSON, with every digit of a number") {
    const auto read =
        sink_of("stdout", R"(match = { "/a" = "x\"y", "/b" = 9007199254740993, "/c" = 0.1, "/d" = false, )"
                          R"("/e~1f/0" = -1e-7, "" = true })");
    CHECK(read.filters.match == std::map<std::string, std::string>{{"/a", R"("x\"y")"},
                                                                   {"/b", "9007199254740993"},
                                                                   {"/c", "0.1"},
                                                                   {"/d", "false"},
                                                                   {"/e~1f/0", "-1e-07"},
                                                                   {"", "true"}});
    CHECK(sink_of("stdout", "").filters == hookd::sink_filters{});
}

TEST_CASE("sink settings: what match cannot compare is an error that says what to write") {
    const std::pair<std::string, std::string> wrong[] = {
        {R"(match = { "a" = 1 })", "is not a JSON pointer"},
        {R"(match = { "/~2" = 1 })", "is not a JSON pointer"},
        {R"(match = { "/a" = [1] })", "expected a string, a number or a boolean, got an array"},
        {R"(match = { "/a" = inf })", "expected a finite number"},
        {R"(match = "x")", "expected a table"},
        {R"(documents = [])", "matches nothing"},
        {R"(collections = [""])", "matches nothing"},
    };
    for (const auto& [keys, message] : wrong) {
        const auto read = sinks_test::read_sink("type = \"stdout\"\n" + keys);
        INFO(keys);
        REQUIRE(read.errors.size() == 1);
        CHECK_THAT(read.errors[0], Catch::Contains(message));
    }
}
