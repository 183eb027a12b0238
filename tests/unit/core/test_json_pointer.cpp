// SPDX-License-Identifier: MIT
#include <hookd/core/json_pointer.hpp>

#include <catch2/catch.hpp>

#include <string>

using hookd::find_json;
using hookd::is_json_pointer;
using hookd::is_same_scalar;

TEST_CASE("json pointer: RFC 6901 names each value") {
    // The example of section 5.
    const std::string text = R"( {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5,
                                  "k\"l": 6, " ": 7, "m~n": 8} )";
    CHECK(find_json(text, "/foo") == R"(["bar", "baz"])");
    CHECK(find_json(text, "/foo/0") == R"("bar")");
    CHECK(find_json(text, "/foo/1") == R"("baz")");
    CHECK(find_json(text, "/") == "0");
    CHECK(find_json(text, "/a~1b") == "1");
    CHECK(find_json(text, "/c%d") == "2");
    CHECK(find_json(text, "/e^f") == "3");
    CHECK(find_json(text, "/i\\j") == "5");
    CHECK(find_json(text, "/k\"l") == "6");
    CHECK(find_json(text, "/ ") == "7");
    CHECK(find_json(text, "/m~0n") == "8");
    CHECK(find_json("17", "") == "17");
    CHECK(find_json("\xEF\xBB\xBF{\"a\":1}", "/a") == "1");
}

TEST_CASE("json pointer: what is not there is not found") {
    for (const auto* const pointer :
         {"/b", "/a/b", "/a/2", "/a/-", "/a/01", "/a/1/0", "/a/99999999999999999999", "/A"}) {
        INFO(pointer);
        CHECK_FALSE(find_json(R"({"a": [1, "b"], "c": {}})", pointer));
    }
    CHECK_FALSE(find_json("[]", "/0"));
    CHECK_FALSE(find_json("{}", "/"));
    CHECK_FALSE(find_json("\"abc\"", "/0"));
}

TEST_CASE("json pointer: of repeated members the last counts, with all that is in it") {
    CHECK(find_json(R"({"a": {"b": 1}, "a": {"b": 2}})", "/a/b") == "2");
    CHECK_FALSE(find_json(R"({"a": {"b": 1}, "a": 3})", "/a/b"));
    CHECK(find_json(R"({"a": 1, "\u0061": 2})", "/a") == "2");
}

TEST_CASE("json pointer: brackets and quotes in strings mislead nobody") {
    CHECK(find_json(R"({"x": "]}\",", "y": ["\\", {"z": "}"}], "a": 1})", "/a") == "1");
    CHECK(find_json(R"({"x": "]}\",", "y": ["\\", {"z": "}"}], "a": 1})", "/y/1/z") == R"("}")");
}

TEST_CASE("json pointer: a deep body needs no stack") {
    const std::string deep = R"({"x":)" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + R"(,"a":1})";
    CHECK(find_json(deep, "/a") == "1");
}

TEST_CASE("json pointer: of text that is not JSON nothing beyond its end is read") {
    const std::string text = R"({"a": ["b\u0061", {"c": 1.5e3}], "d": "\\"})";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const std::string cut(text.substr(0, size)); // AddressSanitizer knows where it ends
        for (const auto* const pointer : {"", "/a", "/a/0", "/a/1/c", "/d", "/a/7"}) {
            find_json(std::string(cut.begin(), cut.end()), pointer);
        }
    }
    for (const auto* const odd :
         {"{", "[", "}", "]", ":", ",", "{]", "[}", "{:}", "{\"a\"", "{\"a\":", "[,,", "\"\\"}) {
        find_json(odd, "/0");
        find_json(odd, "/a");
    }
    SUCCEED("no read beyond the end");
}

TEST_CASE("json pointer: a pointer begins with a slash and has no loose tilde") {
    for (const auto* const good : {"", "/", "/a", "/a/0/b", "/~0~1"}) {
        CHECK(is_json_pointer(good));
    }
    for (const auto* const bad : {"a", "~", "/~", "/~2", "/a~", "#/a"}) {
        INFO(bad);
        CHECK_FALSE(is_json_pointer(bad));
    }
}

TEST_CASE("json pointer: numbers are compared exactly, however they are written") {
    CHECK(is_same_scalar("1", "1.0"));
    CHECK(is_same_scalar("100", "1e2"));
    CHECK(is_same_scalar("-0.5", "-5E-1"));
    CHECK(is_same_scalar("0", "-0.0e99999999999999999999"));
    CHECK(is_same_scalar("0.1", "0.10"));
    CHECK(is_same_scalar("12e+3", "12000"));
    CHECK_FALSE(is_same_scalar("9007199254740993", "9007199254740992"));
    CHECK_FALSE(is_same_scalar("9007199254740993", "9007199254740993.00000000000000001"));
    CHECK(is_same_scalar("9007199254740993", "9.007199254740993e15"));
    CHECK_FALSE(is_same_scalar("18446744073709551617", "18446744073709551616"));
    CHECK_FALSE(is_same_scalar("0.1", "0.1000000000000000055511151231257827"));
    CHECK_FALSE(is_same_scalar("1", "-1"));
    CHECK_FALSE(is_same_scalar("1e99999999999999999999", "1e99999999999999999998"));
    CHECK(is_same_scalar("1e99999999999999999999", "1e99999999999999999999"));
    CHECK_FALSE(is_same_scalar("1e400", "1e401"));
}

TEST_CASE("json pointer: a string is not the number or the boolean that it looks like") {
    CHECK(is_same_scalar(R"("a\/b")", R"("\u0061/b")"));
    CHECK(is_same_scalar(R"("😀")", R"("\ud83d\ude00")"));
    CHECK_FALSE(is_same_scalar(R"("a")", R"("A")"));
    CHECK_FALSE(is_same_scalar(R"("1")", "1"));
    CHECK_FALSE(is_same_scalar("1", R"("1")"));
    CHECK_FALSE(is_same_scalar(R"("true")", "true"));
    CHECK(is_same_scalar("true", "true"));
    CHECK_FALSE(is_same_scalar("true", "false"));
    CHECK_FALSE(is_same_scalar("[]", "[]"));
    CHECK_FALSE(is_same_scalar(R"("\ud800")", R"("\ud800")"));
}
