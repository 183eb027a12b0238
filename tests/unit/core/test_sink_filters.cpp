// SPDX-License-Identifier: MIT
#include <hookd/core/sink_filters.hpp>

#include <catch2/catch.hpp>

using namespace hookd;

namespace {

event some_event() {
    event made;
    made.endpoint = "colivara";
    made.type = "upsert.success";
    made.collection = "reports";
    made.document = "2026 \n.pdf";
    made.json = true;
    made.body = R"({"status": "done", "pages": 9007199254740993})";
    return made;
}

} // namespace

TEST_CASE("sink filters: everything must hold") {
    const auto what = some_event();
    CHECK(wants({}, what));
    CHECK(
        wants({.events = {"x", "upsert.*"}, .endpoints = {"coli*"}, .collections = {"reports"}, .documents = {"*.pdf"}},
              what));
    CHECK_FALSE(wants({.events = {"upsert.fail"}}, what));
    CHECK_FALSE(wants({.endpoints = {"other"}}, what));
    CHECK_FALSE(wants({.collections = {"report"}}, what));
    CHECK_FALSE(wants({.documents = {"*.doc"}}, what));
    CHECK(wants({.match = {{"/status", "\"done\""}, {"/pages", "9007199254740993"}}}, what));
    CHECK_FALSE(wants({.match = {{"/status", "\"done\""}, {"/pages", "9007199254740992"}}}, what));
    CHECK_FALSE(wants({.match = {{"/missing", "\"\""}}}, what));
    CHECK_FALSE(wants({.documents = {"*.doc"}, .match = {{"/status", "\"done\""}}}, what));
}

TEST_CASE("sink filters: an event without a document matches only what matches nothing at all") {
    auto what = some_event();
    what.document.clear();
    CHECK(wants({}, what));
    CHECK_FALSE(wants({.documents = {"*.pdf"}}, what));
}

TEST_CASE("sink filters: a body that is not JSON matches no match") {
    auto what = some_event();
    what.json = false;
    CHECK_FALSE(wants({.match = {{"/status", "\"done\""}}}, what));
    CHECK(wants({}, what));
}

TEST_CASE("sink filters: the body is needed only for a match, and only if the rest holds") {
    const auto what = some_event();
    CHECK_FALSE(needs_body({}, what));
    CHECK(needs_body({.match = {{"/a", "1"}}}, what));
    CHECK_FALSE(needs_body({.events = {"upsert.fail"}, .match = {{"/a", "1"}}}, what));
}

TEST_CASE("sink filters: their text is read as what was written, exactly") {
    const sink_filters all{.events = {"a", "b*"},
                           .endpoints = {"c"},
                           .collections = {"d\ne"},
                           .documents = {"", "\"ä\\"},
                           .match = {{"/a~1b", "18446744073709551617"}, {"", "\"x\""}, {"/c", "0.10"}, {"/d", "true"}}};
    CHECK(parse_sink_filters(to_text(all)) == all);
    CHECK(to_text(sink_filters{}) == "{}");
    CHECK(parse_sink_filters("{}") == sink_filters{});
    for (const auto* const bad : {"", "[]", "{", R"({"events": "*"})", R"({"events": [1]})", R"({"other": []})",
                                  R"({"match": []})", R"({"match": {"/a": 1}})"}) {
        INFO(bad);
        CHECK_FALSE(parse_sink_filters(bad));
    }
}
