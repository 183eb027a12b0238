// SPDX-License-Identifier: MIT
#include <hookd/intake/body_fields.hpp>

#include <catch2/catch.hpp>

using hookd::intake::read_body_fields;

TEST_CASE("body: type, collection and document are found at the top level alone") {
    const auto found = read_body_fields(
        R"({"metadata":{"type":"decoy","name":"decoy"},"list":[{"name":"decoy"}],"type":"upsert.fail",)"
        R"("name":"q\u0033/report.pdf","collection_name":"c"})");
    CHECK(found.json);
    CHECK(found.type == "upsert.fail");
    CHECK(found.document == "q3/report.pdf");
    CHECK(found.collection == "c");
}

TEST_CASE("body: what cannot serve as a type is unknown, and the body still JSON") {
    for (const auto* body : {R"({})", R"([])", R"("upsert.fail")", R"(7)", R"({"type":7})", R"({"type":""})",
                             R"({"type":null})", R"({"type":"a b"})", R"({"type":"a\u0000"})",
                             R"({"type":["upsert.fail"]})", R"({"type":{"type":"upsert.fail"}})",
                             R"([{"type":"upsert.fail"}])", R"([[{"type":"x"}]])", R"({"type":"\u00e9"})"}) {
        CAPTURE(body);
        CHECK(read_body_fields(body).json);
        CHECK(read_body_fields(body).type == "unknown");
    }
    CHECK(read_body_fields("{\"type\":\"" + std::string(257, 'x') + "\"}").type == "unknown");
}

TEST_CASE("body: of repeated members the last counts") {
    CHECK(read_body_fields(R"({"type":"a","type":"b"})").type == "b");
    CHECK(read_body_fields(R"({"type":"a","type":7})").type == "unknown");
}

TEST_CASE("body: a lone surrogate, which Python writes for file names that are not UTF-8, hides nothing") {
    for (const auto* body :
         {R"({"type":"upsert.fail","name":"a\udcffb.pdf"})", R"({"type":"upsert.fail","x":"\ud800"})",
          R"({"type":"upsert.fail","x":"\ud800\ud83d\ude00"})", R"({"type":"upsert.fail","x":"\\\udcff\u0041"})"}) {
        CAPTURE(body);
        CHECK(read_body_fields(body).json);
        CHECK(read_body_fields(body).type == "upsert.fail");
    }
    CHECK(read_body_fields(R"({"name":"a\udcffb.pdf"})").document == "a\xef\xbf\xbd"
                                                                     "b.pdf");
    CHECK(read_body_fields(R"({"name":"\ud83d\ude00"})").document == "\xf0\x9f\x98\x80");
    CHECK_FALSE(read_body_fields(R"({"name":"\udcff)").json);
    CHECK_FALSE(read_body_fields(R"({"name":"\uZZZZ"})").json);
}

TEST_CASE("body: what is not one JSON text in UTF-8 is not JSON") {
    for (const auto* body :
         {"", " ", "{", "{}{}", "{'a':1}", "{\"name\":\"\xff\"}", "\xef\xbb\xbf{}", "nul", "{\"a\":1,}"}) {
        CAPTURE(body);
        const auto found = read_body_fields(body);
        CHECK_FALSE(found.json);
        CHECK(found.type == "unknown");
        CHECK(found.document.empty());
    }
}

TEST_CASE("body: valid JSON is JSON whatever its numbers are") {
    const std::string digits(400, '9');
    for (const auto& number :
         {digits, "-" + digits, "0." + digits, digits + "." + digits + "e-" + digits, std::string{"1e309"},
          std::string{"-1E+400"}, std::string{"1e-400"}, std::string{"1e99999999999999999999"}, std::string{"-0"}}) {
        CAPTURE(number);
        const auto found =
            read_body_fields(R"({"type":"upsert.fail","x":["\ud800\"1e"],"n":)" + number + R"(,"name":"1e5"})");
        CHECK(found.json);
        CHECK(found.type == "upsert.fail");
        CHECK(found.document == "1e5");
    }
}

TEST_CASE("body: an invalid number is an error, also beside one that is too large for the library") {
    for (const char* wrong :
         {"01",  "-",   "-01",     "+1",    "1.",  ".5",       "1e",        "1e+", "0.5.5", "1e5e5", "1-2",
          "--1", "0x1", "1e5true", "true1", "NaN", "Infinity", "-Infinity", "1 2", "1_0",   "1E5.0", "00"}) {
        CAPTURE(wrong);
        CHECK_FALSE(read_body_fields("[1e999," + std::string{wrong} + "]").json);
        CHECK_FALSE(read_body_fields(wrong).json);
    }
}

TEST_CASE("body: what follows a NUL counts") {
    CHECK_FALSE(read_body_fields(std::string_view{"{}\0junk", 7}).json);
}

TEST_CASE("body: deep nesting is harmless") {
    const std::string open(1'000'000, '[');
    CHECK_FALSE(read_body_fields(open).json);
    CHECK(read_body_fields(open + std::string(1'000'000, ']')).json);
    const auto deep = std::string(300, '[') + std::string(300, ']');
    const auto found =
        read_body_fields(R"({"metadata":)" + deep + R"(,"type":"upsert.fail","name":"n","collection_name":"c"})");
    CHECK(found.type == "upsert.fail");
    CHECK(found.document == "n");
    CHECK(found.collection == "c");
}

TEST_CASE("body: JSON of any depth is judged by its grammar, down to its last level") {
    const auto around = [](std::size_t levels, std::string_view inside) {
        std::string text{inside};
        for (std::size_t level = 0; level < levels; ++level) {
            text = level % 2 == 0 ? '[' + text + ']' : R"({"k":)" + text + '}';
        }
        return text;
    };
    for (std::size_t levels = 0; levels < 200; ++levels) {
        CAPTURE(levels);
        CHECK(read_body_fields(around(levels, R"([1e999,"\udc00","]"])")).json);
        CHECK(read_body_fields(R"({"name":)" + around(levels, "[]") + R"(,"type":"t"})").type == "t");
        for (const char* wrong : {"[1 2]", "[}", "{]", "{1}", "[01]", "[\"\\x\"]", "[\"\xff\"]", "[]]", "[]["}) {
            CAPTURE(wrong);
            CHECK_FALSE(read_body_fields(around(levels, wrong)).json);
        }
        for (const char* begun : {"1", "-", "1.", "1e", "tru"}) { // which an array does not complete
            CHECK_FALSE(read_body_fields(around(levels, "[" + (begun + around(100, "[]")) + "]")).json);
            CHECK_FALSE(read_body_fields(around(levels, "[" + around(100, "[]") + begun + "]")).json);
        }
    }
}
