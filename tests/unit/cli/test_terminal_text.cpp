// SPDX-License-Identifier: MIT
#include "cli/terminal_text.hpp"
#include "cli/time_argument.hpp"

#include <catch2/catch.hpp>

using namespace hookd::cli;
using namespace std::chrono_literals;

TEST_CASE("terminal: nothing that controls one passes, and the rest does") {
    CHECK(escaped("report ä 文 🎉.pdf") == "report ä 文 🎉.pdf");
    CHECK(escaped("a\x1b[31m\r\n\x7f") == "a\\x1b[31m\\x0d\\x0a\\x7f");
    CHECK(escaped("\xc2\x9b"
                  "31m") == "\\x9b31m");
    CHECK(escaped("a\u202eb\u2066\u2028") == "a\\u202eb\\u2066\\u2028");
    CHECK(escaped("\xff\xc3") == "\\xff\\xc3");
    CHECK(escaped("\xc0\x80\xed\xa0\x80") == "\\xc0\\x80\\xed\\xa0\\x80");
    CHECK(escaped(std::string_view("\0", 1)) == "\\x00");
}

TEST_CASE("terminal: text is truncated to its columns, never within a character or an escape") {
    CHECK(escaped("abcdef", 6) == "abcdef");
    CHECK(escaped("abcdefg", 6) == "abcde…");
    CHECK(escaped("文文文", 6) == "文文文");
    CHECK(escaped("文文文文", 6) == "文文…");
    CHECK(escaped("ab\x1b"
                  "cd",
                  6) == "ab…");
    CHECK(escaped("ab\x1b", 6) == "ab\\x1b");
    CHECK(escaped("abc", 0).empty());
    CHECK(padded("文", 4) == "文  ");
    CHECK(padded("abcde", 4) == "abcde");
}

TEST_CASE("terminal: long text continues in the next line, at a space if there is one, and none of it is lost") {
    using lines = std::vector<std::string>;
    CHECK(escaped_lines("exit 2: no such file", 11) == lines{"exit 2: no", "such file"});
    CHECK(escaped_lines("abc def", 7) == lines{"abc def"});
    CHECK(escaped_lines("abc  def", 6) == lines{"abc", "def"});
    CHECK(escaped_lines("abcdefgh ij", 3) == lines{"abc", "def", "gh", "ij"});
    CHECK(escaped_lines("a bcdefgh", 4) == lines{"a", "bcde", "fgh"});
    CHECK(escaped_lines("文文文", 5) == lines{"文文", "文"});
    CHECK(escaped_lines("ab\x1b[2J", 5) == lines{"ab", "\\x1b[", "2J"});
    CHECK(escaped_lines("äöü", 2) == lines{"äö", "ü"});
    CHECK(escaped_lines("文", 0) == lines{"文"});
    CHECK(escaped_lines("", 5).empty());
}

TEST_CASE("terminal: color only if enabled") {
    CHECK(colored("dead", color::red, true) == "\x1b[31mdead\x1b[0m");
    CHECK(colored("dead", color::red, false) == "dead");
    CHECK(colored("dead", color::plain, true) == "dead");
}

TEST_CASE("time argument: a duration ago, an RFC 3339 time or a local time; and nothing else") {
    const hookd::unix_millis now{1'770'000'000'000ms};
    CHECK(parse_moment("2h", now) == now - 2h);
    CHECK_FALSE(parse_moment("2026-02-30", now));
    CHECK_FALSE(parse_moment("2026-11-31 12:00", now));
    CHECK(parse_moment("2026-02-02T02:40:00Z", now) == now);
    const auto day = parse_moment("2026-02-02", now);
    REQUIRE(day);
    CHECK(parse_moment("2026-02-02 00:00", now) == day);
    CHECK(parse_moment("2026-02-02T00:00:01", now) == *day + 1s);
    CHECK(moment_text(*day, false) == "2026-02-02 00:00:00");
    CHECK(moment_text(now, true) == "2026-02-02T02:40:00Z");
    for (const char* const wrong : {"", "soon", "2026-02-30 00:00x", "2026", "2026-02-02 25:00"}) {
        INFO(wrong);
        CHECK_FALSE(parse_moment(wrong, now));
    }
}
