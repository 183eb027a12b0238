// SPDX-License-Identifier: MIT
#include "delivery/detail.hpp"

#include <catch2/catch.hpp>

using hookd::delivery::one_line;

TEST_CASE("detail: a sink's text cannot forge a line of the log") {
    CHECK(one_line("exit 1\n2026-11-23 error: \x1b[31mall lost\x7f\r") == "exit 1 2026-11-23 error:  [31mall lost  ");
    CHECK(one_line("größer") == "größer");
}

TEST_CASE("detail: it is cut at 4 KiB, not within a character") {
    CHECK(one_line(std::string(4096, 'a')).size() == 4096);
    CHECK(one_line(std::string(9000, 'a')).size() == 4096);
    CHECK(one_line(std::string(4095, 'a') + "é and more").size() == 4095);
    CHECK(one_line(std::string(4093, 'a') + "😀 and more").size() == 4093);
    CHECK(one_line(std::string(9000, '\x80')).size() <= 4096);
}
