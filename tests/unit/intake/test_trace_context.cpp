// SPDX-License-Identifier: MIT
#include "intake/trace_context.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace hookd;
using hookd::intake::traceparent_of;

namespace {

constexpr std::string_view example = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string_view alone(std::string_view value) {
    const std::vector<header_field> fields{{"Host", "a"}, {"TraceParent", value}};
    return traceparent_of(fields);
}

} // namespace

TEST_CASE("trace context: a traceparent is taken as it is") {
    CHECK(alone(example) == example);
    const auto later = std::string{"cc"}.append(example.substr(2)).append("-what-the-future-will-be-like");
    CHECK(alone(later) == later);
}

TEST_CASE("trace context: a malformed traceparent counts as none") {
    const std::string text{example};
    CHECK(alone("").empty());
    CHECK(alone(text.substr(1)).empty());
    CHECK(alone(text + "-more").empty());
    CHECK(alone("ff" + text.substr(2)).empty());
    CHECK(alone("00-00000000000000000000000000000000-b7ad6b7169203331-01").empty());
    CHECK(alone("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01").empty());
    CHECK(alone("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01").empty());
    CHECK(alone("00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01").empty());
    CHECK(alone("cc" + text.substr(2) + "-" + std::string(100, 'x')).empty());
    CHECK(alone("cc" + text.substr(2) + "-\x80").empty());
}

TEST_CASE("trace context: of several, none counts") {
    const std::vector<header_field> fields{{"traceparent", example}, {"traceparent", example}};
    CHECK(traceparent_of(fields).empty());
}
