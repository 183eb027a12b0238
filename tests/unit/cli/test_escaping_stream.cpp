// SPDX-License-Identifier: MIT
#include "cli/escaping_stream.hpp"
#include "cli/terminal_text.hpp"

#include <catch2/catch.hpp>

#include <iomanip>
#include <sstream>
#include <string>

using namespace hookd::cli;

namespace {

/// What an escaping stream writes.
template <class Write>
std::string written(bool colour, const Write& write) {
    std::ostringstream stream;
    {
        const escaping_stream guard{stream, colour};
        write(stream);
    }
    stream << '\x1b';
    CHECK(stream.str().ends_with('\x1b')); // the guard is gone
    auto text = stream.str();
    text.pop_back();
    return text;
}

} // namespace

TEST_CASE("escaping stream: nothing that controls a terminal passes, and lines stay lines") {
    CHECK(written(false, [](auto& out) {
              out << "a\x1b[31m\u202e\n" << '\x07' << std::setw(3) << 7 << "é\xff\n";
          }) == "a\\x1b[31m\\u202e\n\\x07  7é\\xff\n");
}

TEST_CASE("escaping stream: a character may arrive in pieces, and incomplete ones are escaped") {
    CHECK(written(false, [](auto& out) {
              for (const char byte : std::string{"文\u202eé💣"}) {
                  out << byte;
              }
          }) == "文\\u202eé💣");
    CHECK(written(false, [](auto& out) { out << "\xe2\x80" << std::flush << "\xae"; }) == "\\xe2\\x80\\xae");
    CHECK(written(false, [](auto& out) { out << "\xf0\x9f"; }) == "\\xf0\\x9f");
}

TEST_CASE("escaping stream: the program's own colors pass if enabled, and nothing else does") {
    const auto write = [](auto& out) { out << colored("dead", color::red, true) << "\x1b[2J\x1b[31;1m\x1b"; };
    CHECK(written(true, write) == "\x1b[31mdead\x1b[0m\\x1b[2J\\x1b[31;1m\\x1b");
    CHECK(written(false, write) == "\\x1b[31mdead\\x1b[0m\\x1b[2J\\x1b[31;1m\\x1b");
}

TEST_CASE("escaping stream: raw bytes are written unchanged") {
    CHECK(written(false, [](auto& out) {
              out << "a";
              write_as_it_is(out, "\x1b\xff\r");
              out << "\x1b";
          }) == "a\x1b\xff\r\\x1b");
    std::ostringstream plain;
    write_as_it_is(plain, "\x1b");
    CHECK(plain.str() == "\x1b");
}

TEST_CASE("escaping stream: a failed write is reported") {
    class full final : public std::streambuf {
    } none;
    std::ostream refusing{&none};
    const escaping_stream behind{refusing, false};
    refusing << "x";
    CHECK_FALSE(refusing.good());
}
