// SPDX-License-Identifier: MIT
#include "config/document.hpp"

#include <catch2/catch.hpp>

using namespace hookd::config;

namespace {

node parsed(std::string_view text, syntax in) {
    diagnostics found{"f"};
    auto root = parse_document(text, in, found);
    INFO(text);
    for (const std::string& each : found.errors()) {
        UNSCOPED_INFO(each);
    }
    REQUIRE(root);
    REQUIRE(found.ok());
    return std::move(*root);
}

std::string first_error(std::string_view text, syntax in) {
    diagnostics found{"f"};
    CHECK_FALSE(parse_document(text, in, found));
    REQUIRE(found.errors().size() == 1);
    return found.errors().front();
}

const node& at(const node& table, std::string_view key) {
    const member* const found = table.find(key);
    REQUIRE(found != nullptr);
    return found->value;
}

place key_place(const node& table, std::string_view key) {
    const member* const found = table.find(key);
    REQUIRE(found != nullptr);
    return found->where;
}

} // namespace

namespace Catch {
template <>
struct StringMaker<place> {
    static std::string convert(const place& where) {
        return std::to_string(where.line) + ':' + std::to_string(where.column);
    }
};
} // namespace Catch

TEST_CASE("document: TOML keys and values know their places") {
    const node root = parsed("server.threads = 1\n"
                             "[[listener]]\n"
                             "address = \"a\"\n"
                             "tls = { certificate = 'c',\t\"private_key\" = \"k\" }\n"
                             "[[listener]]\n"
                             "  address = \"b\"\n"
                             "list = [ 1,\n  true, 1.5, 1979-05-27, [] ]\n"
                             "[a.b]\n"
                             "c = \"\"\"\nx\"\"\"\n",
                             syntax::toml);
    CHECK(key_place(root, "server") == place{1, 1});
    CHECK(key_place(at(root, "server"), "threads") == place{1, 8});
    CHECK(at(at(root, "server"), "threads").where == place{1, 18});

    const auto& listeners = at(root, "listener").elements;
    REQUIRE(listeners.size() == 2);
    CHECK(listeners[0].where == place{2, 1});
    CHECK(at(listeners[0], "tls").where == place{4, 7});
    CHECK(key_place(at(listeners[0], "tls"), "private_key") == place{4, 28});
    CHECK(at(at(listeners[0], "tls"), "private_key").where == place{4, 44});
    CHECK(listeners[1].where == place{5, 1});
    CHECK(key_place(listeners[1], "address") == place{6, 3});

    const auto& list = at(listeners[1], "list").elements;
    REQUIRE(list.size() == 5);
    CHECK(list[0].where == place{7, 10});
    CHECK(list[1].where == place{8, 3});
    CHECK(list[1].kind == node_kind::boolean);
    CHECK(list[2].kind == node_kind::real);
    CHECK(list[3].kind == node_kind::date);
    CHECK(list[4].where == place{8, 26});
    CHECK(at(at(at(root, "a"), "b"), "c").text == "x");
}

TEST_CASE("document: JSON keys and values know their places") {
    const node root = parsed("{\"server\":{ \"threads\" : 1,\"x\":-2 } ,\n"
                             "\t\"listener\": [{\"address\": \"a\"}, {\n"
                             "    \"address\"\n:\n  \"b\", \"list\": [1,2 , true,null,[],{} ,1.5e3]}]}\n",
                             syntax::json);
    CHECK(root.where == place{1, 1});
    CHECK(key_place(root, "server") == place{1, 2});
    CHECK(at(root, "server").where == place{1, 11});
    CHECK(key_place(at(root, "server"), "threads") == place{1, 13});
    CHECK(at(at(root, "server"), "threads").where == place{1, 25});
    CHECK(key_place(at(root, "server"), "x") == place{1, 27});
    CHECK(at(at(root, "server"), "x").integer == -2);
    CHECK(key_place(root, "listener") == place{2, 2});

    const auto& listeners = at(root, "listener").elements;
    REQUIRE(listeners.size() == 2);
    CHECK(listeners[0].where == place{2, 15});
    CHECK(listeners[1].where == place{2, 33});
    CHECK(key_place(listeners[1], "address") == place{3, 5});
    CHECK(at(listeners[1], "address").where == place{5, 3});

    const auto& list = at(listeners[1], "list").elements;
    REQUIRE(list.size() == 7);
    CHECK(list[0].where == place{5, 17});
    CHECK(list[1].where == place{5, 19});
    CHECK(list[2].where == place{5, 23});
    CHECK(list[3].where == place{5, 28});
    CHECK(list[4].where == place{5, 33});
    CHECK(list[5].where == place{5, 36});
    CHECK(list[6].where == place{5, 40});
    CHECK(list[6].kind == node_kind::real);
}

TEST_CASE("document: columns count bytes in both formats, as editors' and compilers' do") {
    CHECK(at(parsed("\"äö\" = 1\n", syntax::toml), "äö").where == place{1, 10});
    CHECK(at(parsed("{\"äö\": 1}", syntax::json), "äö").where == place{1, 10});
    CHECK(at(parsed("a = \"€😀\" # x\nb = 1\n", syntax::toml), "b").where == place{2, 5});
    CHECK(at(parsed("i = [\"€😀\", 5]\n", syntax::toml), "i").elements[1].where == place{1, 17});
}

TEST_CASE("document: a byte order mark and CRLF line ends change no place") {
    CHECK(at(parsed("\xEF\xBB\xBFx = 1\r\ny = 2\r\n", syntax::toml), "y").where == place{2, 5});
    CHECK(at(parsed("\xEF\xBB\xBFx = 1\r\ny = 2\r\n", syntax::toml), "x").where == place{1, 5});
    CHECK(parsed("\xEF\xBB\xBF {\r\n\"y\": 2}", syntax::json).where == place{1, 2});
    CHECK(key_place(parsed("\xEF\xBB\xBF{\"x\": 1}", syntax::json), "x") == place{1, 2});
    CHECK(at(parsed("\xEF\xBB\xBF{\r\n\"y\": 2}", syntax::json), "y").where == place{2, 6});
}

TEST_CASE("document: a JSON key that comes twice is an error, and its first value counts") {
    diagnostics found{"f"};
    const auto root =
        parse_document(R"({"a": {"b": [{"c": 1, "c": {"d": [2]}}], "e": 5}, "a": 3})", syntax::json, found);
    REQUIRE(root);
    CHECK(found.errors() == std::vector<std::string>{
                                "f:1:23: a.b[0].c: duplicate key, first in line 1; remove one of them",
                                "f:1:51: a: duplicate key, first in line 1; remove one of them",
                            });
    CHECK(at(at(at(*root, "a"), "b").elements[0], "c").integer == 1);
    CHECK(at(at(*root, "a"), "e").integer == 5);
    CHECK(root->members.size() == 1);
}

TEST_CASE("document: nesting of any depth is refused, not followed") {
    constexpr std::size_t deep = 200'000;
    const std::string brackets(deep, '[');
    CHECK(first_error(brackets, syntax::json).contains("nested too deeply"));
    CHECK(first_error("a = " + brackets, syntax::toml).contains("nested too deeply"));
    std::string objects;
    std::string inline_tables = "a = ";
    std::string key = "a";
    for (std::size_t i = 0; i < deep / 2; ++i) {
        objects += "{\"a\":";
        inline_tables += "{a=";
        key += ".a";
    }
    CHECK(first_error(objects, syntax::json).contains("nested too deeply"));
    CHECK(first_error(inline_tables, syntax::toml).contains("nested too deeply"));
    CHECK(first_error(key + " = 1", syntax::toml).contains("nested too deeply"));
    CHECK(first_error('[' + key + ']', syntax::toml).contains("nested too deeply"));
    CHECK(first_error("x = { " + key + " = 1 }", syntax::toml).contains("nested too deeply"));
}

TEST_CASE("document: brackets and dots in strings and comments do not nest") {
    const std::string many(100, '[');
    const std::string dots(100, '.');
    const std::string both = many + dots;
    CHECK_FALSE(find_deep_nesting("a = \"" + both + "\\\"" + both + "\"\n"));
    CHECK_FALSE(find_deep_nesting("a = '" + both + "\\'\n"));
    CHECK_FALSE(find_deep_nesting("a = \"\"\"" + both + "\n\"" + both + "\"\"\"\"\"\nb = 1 # " + both));
    CHECK_FALSE(find_deep_nesting("a = '''" + both + "'" + both + "''''\n# " + both + "\nb = 1"));
    CHECK_FALSE(find_deep_nesting("a = \"\"\nb = ''\n\"" + both + "\" = 1"));
    CHECK(find_deep_nesting("a = \"\"\"x\"\"\"\"\"\nb = " + many));
    CHECK(find_deep_nesting("# '\nb = " + many));
    CHECK(find_deep_nesting("a = [\"\"\"x\"\"\"\", " + many));
    CHECK(find_deep_nesting("a = ['''x'''', " + many));
    CHECK(find_deep_nesting("a = 'x\\'\nb = " + many));
}

TEST_CASE("document: a megabyte is enough") {
    const std::string large(largest_document + 1, '\n');
    CHECK(first_error(large, syntax::toml) == "f: larger than 1 MiB; a configuration has a few KiB of text");
    CHECK(first_error(large, syntax::json) == "f: larger than 1 MiB; a configuration has a few KiB of text");
    std::string keys = "{\"a\": 0";
    for (int i = 0; keys.size() < largest_document - 20; ++i) {
        keys += ",\"" + std::to_string(i) + "\":0";
    }
    CHECK(parsed(keys + '}', syntax::json).members.size() > 50'000);
}
