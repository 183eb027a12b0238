// SPDX-License-Identifier: MIT
#include "sinks/hostile.hpp"
#include "sinks/sink_worker.hpp"

#include <hookd/core/escape.hpp>
#include <hookd/sinks/event_line.hpp>

#include <nlohmann/json.hpp>

using hookd::sinks::event_line;
using nlohmann::json;
using sinks_test::sample;

namespace {

json parsed(const hookd::event& what) {
    const auto line = event_line(what);
    REQUIRE(line.find_first_of("\r\n") == std::string::npos);
    return json::parse(line);
}

hookd::event with_body(std::string body, bool is_json = true) {
    auto what = sample(42);
    what.body = std::move(body);
    what.json = is_json;
    return what;
}

} // namespace

TEST_CASE("event line: it is the CloudEvents object that the interface shows, member for member") {
    auto what = sample(42);
    what.body = R"({"type":"upsert.fail"})";
    what.type = "upsert.fail";
    CHECK(event_line(what) == R"({"specversion":"1.0","id":"msg_42","source":"colivara","type":"upsert.fail",)"
                              R"("subject":"default_collection/report.pdf","time":"2026-11-22T22:48:01.123Z",)"
                              R"("datacontenttype":"application/json","sequence":"42","data":{"type":"upsert.fail"}})");
}

TEST_CASE("event line: it contains the body byte for byte") {
    const std::string body = R"({"b":1.10, "a":1e2,"a":"\u00e9\/","n":12345678901234567890123,"s":"é  x"})";
    const auto line = event_line(with_body(body));
    CHECK(line.ends_with(",\"data\":" + body + "}"));
}

TEST_CASE("event line: line ends between the body's tokens never break the line") {
    const auto line = event_line(with_body("\r\n {\n\t\"a\" :\r\n [1,\n2]}\n\n"));
    CHECK(line.ends_with(",\"data\":{ \t\"a\" :   [1, 2]}}"));
    CHECK(parsed(with_body("\n{\"a\":\n\"x\\ny\"}"))["data"]["a"] == "x\ny");
}

TEST_CASE("event line: a number's size changes nothing") {
    const auto body =
        "{\"n\":[1" + std::string(400, '0') + ",-1e400,1E-99999999999999999999,0.1" + std::string(400, '1') + "]}";
    CHECK(event_line(with_body(body)).ends_with(",\"data\":" + body + "}"));
    const std::string lone = R"({"name":"a\udcffb\u0000"})";
    CHECK(event_line(with_body(lone)).ends_with(",\"data\":" + lone + "}"));
}

TEST_CASE("event line: every line splitter sees one line, and every value is unchanged") {
    for (const std::string each : {"\u0085", "\u2028", "\u2029"}) {
        auto what = with_body("{\"a" + each + "\":\"" + each + "\",\n\"name\":\"é文\"}");
        what.document = "x" + each;
        what.collection = each;
        CHECK(event_line(what).find(each) == std::string::npos);
        const auto back = parsed(what);
        CHECK(back["data"] == json::parse(what.body));
        CHECK(back["subject"] == each + "/x" + each);
        CHECK(event_line(what).contains("é文"));
    }
}

TEST_CASE("event line: control characters for a terminal are escaped in the event's attributes") {
    const std::string name = "\x1b\x7f\u009b\u202e\u2066\ufeff";
    auto what = with_body("{\"name\":\"\u202e\x7f\"}");
    what.document = name;
    const auto line = event_line(what);
    CHECK(line.ends_with(",\"data\":" + what.body + "}"));
    const auto head = line.substr(0, line.find(",\"data\":"));
    CHECK(hookd::escaped(head) == head);
    CHECK(parsed(what)["subject"] == "default_collection/" + name);
}

TEST_CASE(
    "event line: a body that is nested so deeply that readers give up comes as base64, and is JSON all the same") {
    const auto nested = [](std::size_t depth) { return with_body(std::string(depth, '[') + std::string(depth, ']')); };
    CHECK(parsed(nested(128))["data"].is_array());
    const auto deep = parsed(nested(129));
    CHECK_FALSE(deep.contains("data"));
    CHECK(deep["datacontenttype"] == "application/json");
    CHECK(deep["data_base64"].get<std::string>().starts_with("W1tb"));
}

TEST_CASE("event line: a byte order mark, which nlohmann accepts, stays outside") {
    CHECK(event_line(with_body("\xEF\xBB\xBF{\"a\":1}")).ends_with(",\"data\":{\"a\":1}}"));
}

TEST_CASE("event line: any JSON text can be data") {
    for (const char* body : {"1", "\"x\"", "null", "[]", "false"}) {
        CHECK(parsed(with_body(body))["data"] == json::parse(body));
    }
}

TEST_CASE("event line: a body that is not JSON comes as base64") {
    using row = std::pair<std::string, std::string>;
    for (const auto& [body, encoded] :
         {row{"", ""}, row{"f", "Zg=="}, row{"fo", "Zm8="}, row{"foo", "Zm9v"}, row{"foob", "Zm9vYg=="},
          row{"fooba", "Zm9vYmE="}, row{"foobar", "Zm9vYmFy"}, row{std::string("\xFF\xFE\0\n", 4), "//4ACg=="}}) {
        const auto what = parsed(with_body(body, false));
        CHECK(what["data_base64"] == encoded);
        CHECK(what["datacontenttype"] == "application/octet-stream");
        CHECK_FALSE(what.contains("data"));
    }
}

TEST_CASE("event line: what a lenient parser took for JSON cannot forge members or break the line") {
    // nlohmann takes a NUL for the end of its input.
    const std::string body("{}\0,\"id\":\"forged\"\n", 18);
    const auto what = parsed(with_body(body));
    CHECK(what["id"] == "msg_42");
    CHECK(what["data_base64"] == "e30ALCJpZCI6ImZvcmdlZCIK");
    CHECK(parsed(with_body(" \n")).contains("data_base64"));
}

TEST_CASE("event line: hostile names come through whole, on one line of valid UTF-8") {
    for (const auto& name : sinks_test::hostile_names()) {
        auto what = with_body(json{{"name", name}}.dump());
        what.document = name;
        const auto back = parsed(what);
        CHECK(back["subject"] == "default_collection/" + name);
        CHECK(back["data"]["name"] == name);
    }
}

TEST_CASE("event line: an event without a subject has none, and broken UTF-8 does not get out") {
    auto what = sample();
    what.collection.clear();
    what.document.clear();
    CHECK_FALSE(parsed(what).contains("subject"));
    what.type = "bad \xFF byte";
    CHECK(parsed(what)["type"] == "bad \xEF\xBF\xBD byte");
}
