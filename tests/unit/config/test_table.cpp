// SPDX-License-Identifier: MIT
#include "config/document.hpp"
#include "config/effective.hpp"
#include "config/reading.hpp"
#include "environment.hpp"

#include <hookd/config/table.hpp>

#include <catch2/catch.hpp>

#include <array>

using namespace hookd;
using namespace hookd::config;
using namespace std::chrono_literals;
using hookd_test::environment;
using strings = std::vector<std::string>;

namespace {

key a(std::string_view name) {
    return {name, applies::on_reload, "what it is for"};
}

/// A document that is being read.
struct open_document {
    explicit open_document(std::string_view text, syntax in = syntax::toml) {
        auto parsed = parse_document(text, in, found);
        REQUIRE(parsed);
        document.emplace(std::move(*parsed));
    }
    table root() { return {shared, *document}; }

    diagnostics found{"f"};
    effective_values shown;
    reading shared{found, shown};
    std::optional<node> document;
};

} // namespace

TEST_CASE("table: what is there is read, what is missing has its default") {
    open_document in{
        "t = \"x\"\nts = [\"a\", \"b\"]\nf = true\nn = 7\ns = \"2 KiB\"\nraw = 4096\nd = \"3m\"\nc = \"two\"\n"};
    table keys = in.root();
    static constexpr std::array<std::string_view, 3> words{"one", "two", "three"};
    CHECK(keys.text(a("t"), "y") == "x");
    CHECK(keys.texts(a("ts"), {}) == strings{"a", "b"});
    CHECK(keys.flag(a("f"), false));
    CHECK(keys.count(a("n"), 1, 0, 10) == 7);
    CHECK(keys.size(a("s"), {}, {}, byte_size{1U << 20U}).bytes == 2048);
    CHECK(keys.size(a("raw"), {}, {}, byte_size{1U << 20U}).bytes == 4096);
    CHECK(keys.duration(a("d"), 0ms, 0ms, 1h) == 180s);
    CHECK(keys.choice(a("c"), words, 0) == 1);

    CHECK(keys.text(a("t2"), "y") == "y");
    CHECK(keys.texts(a("ts2"), {"z"}) == strings{"z"});
    CHECK(keys.flag(a("f2"), true));
    CHECK(keys.count(a("n2"), 1, 0, 10) == 1);
    CHECK(keys.size(a("s2"), byte_size{5}, {}, byte_size{10}).bytes == 5);
    CHECK(keys.duration(a("d2"), 9ms, 0ms, 1h) == 9ms);
    CHECK(keys.choice(a("c2"), words, 2) == 2);
    CHECK_FALSE(keys.has("t2"));
    CHECK(keys.tables("none").empty());
    keys.finish();
    CHECK(in.found.ok());
}

TEST_CASE("table: a faulty value is told and its default taken") {
    open_document in{"t = 1\nts = [\"a\", 2]\nf = \"true\"\nn = 11\ns = \"1 MB\"\nd = \"3 m\"\nc = \"tow\"\n"};
    table keys = in.root();
    static constexpr std::array<std::string_view, 2> words{"one", "two"};
    CHECK(keys.text(a("t"), "y") == "y");
    CHECK(keys.texts(a("ts"), {}) == strings{"a", ""});
    CHECK(keys.flag(a("f"), false) == false);
    CHECK(keys.count(a("n"), 1, 0, 10) == 1);
    CHECK(keys.size(a("s"), byte_size{5}, {}, byte_size{10}).bytes == 5);
    CHECK(keys.duration(a("d"), 9ms, 0ms, 1h) == 9ms);
    CHECK(keys.choice(a("c"), words, 0) == 0);
    CHECK(in.found.errors().size() == 7);
}

TEST_CASE("table: bounds belong to the range") {
    open_document in{"a = 1\nb = 10\nc = 0\nd = 11\ne = \"10s\"\nf = \"10001ms\"\n"};
    table keys = in.root();
    keys.count(a("a"), 5, 1, 10);
    keys.count(a("b"), 5, 1, 10);
    keys.duration(a("e"), 1s, 10s, 10s);
    CHECK(in.found.ok());
    keys.count(a("c"), 5, 1, 10);
    keys.count(a("d"), 5, 1, 10);
    keys.duration(a("f"), 1s, 1s, 10s);
    CHECK(in.found.errors() == strings{"f:3:5: c: 0 is out of range: expected a whole number from 1 to 10",
                                       "f:4:5: d: 11 is out of range: expected a whole number from 1 to 10",
                                       "f:6:5: f: \"10001ms\" is out of range: expected a duration from 1s to 10s"});
}

TEST_CASE("table: a key that nobody asked for is told at its own place, with the nearest known one") {
    open_document in{"[sub]\nlevle = 1\n  unheard_of = 2\nfor = 3\n"};
    table root = in.root();
    table keys = root.sub("sub");
    keys.text(a("level"), "");
    keys.text(a("format"), "");
    keys.finish();
    root.finish();
    CHECK(in.found.errors() == strings{"f:2:1: sub.levle: unknown key; did you mean \"level\"?",
                                       "f:3:3: sub.unheard_of: unknown key; expected one of level, format",
                                       "f:4:1: sub.for: unknown key; expected one of level, format"});
}

TEST_CASE("table: elements are counted from 0, and an error can be at one") {
    open_document in{"[[s]]\nl = [\"a\", \"b\"]\n[[s]]\nl = [\n  \"c\",\n  \"d\"]\n"};
    auto tables = in.root().tables("s");
    REQUIRE(tables.size() == 2);
    CHECK(tables[1].path() == "s[1]");
    CHECK(tables[1].written("l", 1) == "\"d\"");
    tables[1].error("l", 1, "first");
    tables[0].warning("l", 0, "second");
    tables[1].error("none", "third");
    tables[1].error("l", 9, "fourth");
    CHECK(in.found.errors() ==
          strings{"f:3:1: s[1].none: third", "f:4:5: s[1].l[9]: fourth", "f:6:3: s[1].l[1]: first"});
    CHECK(in.found.warnings() == strings{"f:2:6: s[0].l[0]: second"});
}

TEST_CASE("table: one error per value, and no missing keys in what is not a table") {
    open_document in{"a = 1\nsub = 3\n"};
    table keys = in.root();
    keys.text(a("a"), "x");
    keys.error("a", "a consequence");
    keys.warning("a", "another");
    table sub = keys.sub("sub");
    sub.required_text(a("name"));
    sub.sub("deeper").required_text(a("name"));
    sub.finish();
    CHECK(in.found.errors() == strings{"f:1:5: a: expected a string, got a whole number",
                                       "f:2:7: sub: expected a table, got a whole number"});
    CHECK(in.found.warnings().empty());
}

TEST_CASE("table: a required key that is missing is told at its table's place, or the nearest there is") {
    open_document in{"\n[here]\nx = 1\n"};
    table root = in.root();
    root.sub("here").required_text(a("name"));
    root.sub("gone").required_text(a("name"));
    CHECK(in.found.errors() == strings{"f:1:1: gone.name: is missing: expected a string",
                                       "f:2:1: here.name: is missing: expected a string"});
}

TEST_CASE("table: ${NAME} is replaced once, and nothing else is") {
    const environment variables{
        {{"HOOKD_A", "va"}, {"HOOKD_B", "${HOOKD_A}"}, {"HOOKD_N", "7s"}, {"HOOKD_U", nullptr}}};
    open_document in{"a = \"<${HOOKD_A}|${HOOKD_A}>\"\nb = \"${HOOKD_B}\"\n"
                     "c = \"$ $HOOKD_A $${HOOKD_A} ${} ${1} ${HOOKD_U:-x} ${HOOKD_A $\"\n"
                     "d = \"${HOOKD_N}\"\ne = [\"x\", \"${HOOKD_A}\"]\nf = \"${HOOKD_U}\"\n"};
    table keys = in.root();
    CHECK(keys.text(a("a"), "") == "<va|va>");
    CHECK(keys.text(a("b"), "") == "${HOOKD_A}");
    CHECK(keys.text(a("c"), "") == "$ $HOOKD_A $va ${} ${1} ${HOOKD_U:-x} ${HOOKD_A $");
    CHECK(keys.duration(a("d"), 0s, 0s, 1h) == 7s);
    CHECK(keys.texts(a("e"), {}) == strings{"x", "va"});
    CHECK(in.found.ok());
    CHECK(keys.text(a("f"), "fallback") == "fallback");
    CHECK(in.found.errors().size() == 1);
    CHECK(keys.written("a") == "\"<${HOOKD_A}|${HOOKD_A}>\"");
    CHECK(in.shown.text().contains("a = \"<${HOOKD_A}|${HOOKD_A}>\""));
}

TEST_CASE("table: what is printed as effective is TOML that says the same") {
    open_document in{"odd = \"quote \\\" back \\\\ tab \\t bell \\u0007 ü\"\nlist = [\"a\\nb\", \"\"]\n"
                     "[[s]]\nx = 1\n[s.inner]\ny = true\n[[s]]\nx = 2\n"};
    const auto read = [](open_document& from) {
        table keys = from.root();
        strings all = keys.texts(a("list"), {});
        all.push_back(keys.text(a("odd"), ""));
        for (table& each : keys.tables("s")) {
            all.push_back(std::to_string(each.count(a("x"), 0, 0, 9)));
            all.push_back(each.sub("inner").flag(a("y"), false) ? "yes" : "no");
            each.finish();
        }
        keys.finish();
        CHECK(from.found.ok());
        return all;
    };
    const strings first = read(in);
    open_document again{in.shown.text()};
    CHECK(read(again) == first);
    CHECK(again.shown.text() == in.shown.text());
    CHECK(first.size() == 7);
}
