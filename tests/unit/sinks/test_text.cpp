// SPDX-License-Identifier: MIT
#include "sinks/file_io.hpp"
#include "sinks/queue/queue_name.hpp"
#include "sinks/text.hpp"

#include <catch2/catch.hpp>

using namespace hookd::sinks;

TEST_CASE("text: nothing printed can forge a log line or steer a terminal") {
    CHECK(printable("plain é \xF0\x9F\x92\xA3") == "plain é \xF0\x9F\x92\xA3");
    CHECK(printable("a\nb\rc\td") == "a\\x0ab\\x0dc d");
    CHECK(printable("\x1b[31m\xC2\x9B\xff\u202e\u2028") == "\\x1b[31m\\x9b\\xff\\u202e\\u2028");
}

TEST_CASE("paths: the parent of a path is the directory that holds it") {
    CHECK(parent_of("/a/b") == "/a");
    CHECK(parent_of("/a//b//") == "/a");
    CHECK(parent_of("/a") == "/");
    CHECK(parent_of("/") == "/");
    CHECK(parent_of("a") == ".");
}

TEST_CASE("queue name: only our own names count as ours") {
    hookd::event what;
    what.sequence = 7;
    what.id = "msg_a-B/..\n%";
    CHECK(queue_name(what) == "00000000000000000007-msg_a-B%2F%2E%2E%0A%25.json");
    CHECK(unpadded_queue_name(what) == "7-msg_a-B%2F%2E%2E%0A%25.json");
    CHECK(is_queue_name(unpadded_queue_name(what)));
    what.id = std::string(256, '/');
    CHECK(queue_name(what).size() == 20 + 1 + 198 + 5);
    CHECK(is_queue_name(queue_name(what)));
    what.id = std::string(256, 'a');
    what.sequence = UINT64_MAX;
    CHECK(queue_name(what).size() == 20 + 1 + 200 + 5);
    CHECK(is_queue_name(queue_name(what)));

    CHECK(is_queue_name("1-a.json"));
    for (const char* other : {"", "1-.json", "-a.json", "1a.json", "1-a.txt", "1-a%2f.json", "1-a%.json", "1-a b.json",
                              ".1-a.json", "notes.json", "123456789012345678901-a.json"}) {
        CHECK_FALSE(is_queue_name(other));
    }
}
