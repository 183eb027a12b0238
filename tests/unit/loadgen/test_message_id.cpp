// SPDX-License-Identifier: MIT
#include <hookd/loadgen/message_id.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace hookd;
using namespace std::chrono_literals;

namespace {

std::string encoded(std::initializer_list<unsigned> values) {
    std::array<std::byte, 20> bytes{};
    std::ranges::transform(values, bytes.begin(), [](unsigned value) { return static_cast<std::byte>(value); });
    return loadgen::to_base62(bytes);
}

} // namespace

TEST_CASE("send id: base62 is KSUID's") {
    CHECK(encoded({}) == "000000000000000000000000000");
    CHECK(encoded({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) == "aWgEPTl1tmebfsQzFP4bxwgy80V");
    // The example in KSUID's documentation.
    CHECK(encoded({0x06, 0x69, 0xf7, 0xef, 0xb5, 0xa1, 0xcd, 0x34, 0xb5, 0xf9,
                   0x9d, 0x11, 0x54, 0xfb, 0x68, 0x53, 0x34, 0x5c, 0x97, 0x35}) == "0ujtsYcgvSTl8PAuAdqWYSMnLOv");
}

TEST_CASE("send id: has the form of a message id, and is never generated twice") {
    loadgen::send_ids ids;
    std::set<std::string> seen;
    for (int i = 0; i < 10'000; ++i) {
        const auto id = ids.next(unix_millis{1'770'000'000s});
        REQUIRE(id.size() == 31);
        REQUIRE(id.starts_with("msg_"));
        REQUIRE(std::all_of(id.begin() + 4, id.end(), [](unsigned char c) { return std::isalnum(c) != 0; }));
        REQUIRE(seen.insert(id).second);
    }
}

TEST_CASE("send id: sorts by time, within a second too") {
    loadgen::send_ids ids;
    unix_millis now{1'770'000'000s};
    auto last = ids.next(now);
    for (int i = 0; i < 1'000; ++i) {
        now += 4ms;
        auto id = ids.next(now);
        REQUIRE(last < id);
        last = std::move(id);
    }
    CHECK(ids.next(unix_millis{1'507'608'047s}).starts_with("msg_0ujt"));
}
