#include "campaign.hpp"
#include "delivery_world.hpp"
#include "journal_world.hpp"

#include <catch2/catch.hpp>
#include <spdlog/spdlog.h>

using namespace hookd::model;

TEST_CASE("model: the journal") {
    spdlog::set_level(spdlog::level::off);
    const auto found = run([](std::uint64_t seed) { return std::make_unique<journal_world>(seed); }, 60, extent_or(1'000));
    if (found) {
        FAIL(found->text);
    }
}

TEST_CASE("model: delivery") {
    spdlog::set_level(spdlog::level::off);
    const auto found = run([](std::uint64_t seed) { return std::make_unique<delivery_world>(seed); }, 80, extent_or(1'000));
    if (found) {
        FAIL(found->text);
    }
}
