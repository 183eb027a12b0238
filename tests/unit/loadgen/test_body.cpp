// SPDX-License-Identifier: MIT
#include <hookd/loadgen/body.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using hookd::loadgen::send_body;
using nlohmann::json;

namespace {

json parsed(std::string_view text) {
    return json::parse(text);
}

json made(std::string_view type, std::vector<std::string> settings, std::uint64_t number = 1) {
    auto body = send_body::ready_made(type, settings);
    REQUIRE(body);
    return parsed(body->of(number));
}

} // namespace

TEST_CASE("send body: upsert.success has every member that ColiVara's has") {
    const auto body = made("upsert.success", {}, 42);
    CHECK(body.size() == 8);
    CHECK(body["type"] == "upsert.success");
    CHECK(body["message"] == "Document upserted successfully");
    CHECK(body["id"] == 42);
    CHECK(body["name"] == "report-42.pdf");
    CHECK(body["metadata"].is_object());
    CHECK(body["url"].is_string());
    CHECK(body["num_pages"].is_number_integer());
    CHECK(body["collection_name"] == "default_collection");
}

TEST_CASE("send body: upsert.fail has an error and no id, url or pages") {
    const auto body = made("upsert.fail", {}, 7);
    CHECK(body.size() == 6);
    CHECK(body["message"] == "There was an error processing your document");
    CHECK(body["name"] == "report-7.pdf");
    CHECK(body["error"].is_string());
    CHECK_FALSE(body.contains("id"));
}

TEST_CASE("send body: each number has its own document") {
    auto body = send_body::ready_made("upsert.success", {});
    REQUIRE(body);
    for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{999}, ~std::uint64_t{0}}) {
        const auto object = parsed(body->of(number));
        CHECK(object["id"] == number);
        CHECK(object["name"] == "report-" + std::to_string(number) + ".pdf");
    }
}

TEST_CASE("send body: any other type has only the type") {
    CHECK(made("collection.deleted", {}) == json{{"type", "collection.deleted"}});
    CHECK(made("with \"quotes\"", {}) == json{{"type", "with \"quotes\""}});
}

TEST_CASE("send body: --set takes JSON as JSON and anything else as a string") {
    const auto body = made("upsert.success", {"name=a=b.pdf", "num_pages=12", "url=", "metadata={\"a\":[1]}",
                                              "message=\"12\"", "extra=\xc3\xbc", "id=null"});
    CHECK(body["name"] == "a=b.pdf");
    CHECK(body["num_pages"] == 12);
    CHECK(body["url"].get<std::string>().empty());
    CHECK(body["metadata"] == json{{"a", {1}}});
    CHECK(body["message"] == "12");
    CHECK(body["extra"] == "\xc3\xbc");
    CHECK(body["id"].is_null());
}

TEST_CASE("send body: --set leads through dots into objects") {
    const auto body = made("upsert.fail", {"metadata.team=x", "metadata.owner.id=3", "new.deep.er=true"});
    CHECK(body["metadata"] == json{{"team", "x"}, {"owner", {{"id", 3}}}});
    CHECK(body["new"]["deep"]["er"] == true);
}

TEST_CASE("send body: a --set without a value, or into something that is not an object, is rejected") {
    const std::string setting = GENERATE("", "name", "=x", "type.x=1", "name.x=1", "name=\xff\xfe");
    CAPTURE(setting);
    CHECK_FALSE(send_body::ready_made("upsert.fail", std::vector{setting}));
}

TEST_CASE("send body: given data is sent byte for byte") {
    const std::string bytes =
        GENERATE(std::string{}, std::string{"{ \"a\" : 1.0 }\n"}, std::string{"\x00\xff not JSON", 11});
    auto body = send_body::given(bytes, {});
    REQUIRE(body);
    CHECK(body->of(1) == bytes);
    CHECK(body->of(2) == bytes);
}

TEST_CASE("send body: --set changes given data that is an object, keeping the order") {
    auto body = send_body::given("{\"z\": 1, \"a\": {\"b\": 2}}", std::vector<std::string>{"a.b=3", "n=4"});
    REQUIRE(body);
    CHECK(body->of(1) == "{\"z\":1,\"a\":{\"b\":3},\"n\":4}");
    auto empty = send_body::given("{}", std::vector<std::string>{"a={}"});
    REQUIRE(empty);
    CHECK(empty->of(1) == "{\"a\":{}}");
    CHECK_FALSE(send_body::given("[1]", std::vector<std::string>{"a=1"}));
    CHECK_FALSE(send_body::given("no JSON", std::vector<std::string>{"a=1"}));
}

TEST_CASE("send body: a body's own type is found if there is one") {
    CHECK(hookd::loadgen::type_of("{\"type\":\"upsert.fail\"}") == "upsert.fail");
    CHECK_FALSE(hookd::loadgen::type_of("{\"type\":1}"));
    CHECK_FALSE(hookd::loadgen::type_of("[]"));
    CHECK_FALSE(hookd::loadgen::type_of("{"));
}

TEST_CASE("send body: --set changes no number, and overflows no stack") {
    const std::vector<std::string> settings{"a=1"};
    const auto with = [&](const std::string& data) { return std::string{send_body::given(data, settings)->of(1)}; };
    CHECK(with(R"({"n":12345678901234567890123,"e":"1\"2e"})") == R"({"n":12345678901234567890123,"e":"1\"2e","a":1})");
    CHECK(with(R"({"n":18446744073709551615,"x":[-9223372036854775808,{}],"y":1.50e3})") ==
          R"({"n":18446744073709551615,"x":[-9223372036854775808,{}],"y":1.50e3,"a":1})");
    const auto deep = std::string(500'000, '[') + std::string(500'000, ']');
    CHECK_FALSE(send_body::given("{\"n\":" + deep + "}", settings));
    CHECK(send_body::given("{\"n\":" + deep + "}", {})->of(1).size() == deep.size() + 6);
}

TEST_CASE("send body: a number in --set is sent with its digits as written") {
    const auto set = [](const std::string& value) {
        auto body = send_body::given("{}", std::vector<std::string>{"a.b=" + value});
        return std::string{body->of(1)};
    };
    for (const std::string value :
         {"12345678901234567890123", "-0", "1e400", "-1E+400", "1.10", "0.1000000000000000055511151231257827", "1e-400",
          "[1e400,[],\"1e400\",{\"n\":1.0}]", "{}", "18446744073709551616"}) {
        CHECK(set(value) == "{\"a\":{\"b\":" + value + "}}");
    }
    CHECK(set("01") == R"({"a":{"b":"01"}})");
    CHECK(set("1.") == R"({"a":{"b":"1."}})");
    CHECK(set("+1") == R"({"a":{"b":"+1"}})");
    CHECK(set("-") == R"({"a":{"b":"-"}})");
}
