// SPDX-License-Identifier: MIT
#include "campaign.hpp"

#include <cstdlib>
#include <utility>

namespace hookd::model {

namespace {

struct outcome {
    std::string error; // empty: none
    std::vector<std::string> log;
};

std::vector<step> steps_of(std::uint64_t seed, std::size_t count) {
    prng random{seed};
    std::vector<step> made(random.between(1, count));
    for (auto& each : made) {
        each = {.kind = random.next(), .salt = random.next()};
    }
    return made;
}

outcome run_one(const world_builder& build, std::uint64_t seed, const std::vector<step>& steps) {
    const auto made = build(seed);
    try {
        for (const auto& each : steps) {
            made->perform(each);
        }
        made->end();
    } catch (const broken_promise& broken) {
        return {.error = broken.what(), .log = made->log()};
    }
    return {};
}

/// Leaves out as many steps as it can, in halves, quarters and so on, down to single ones.
std::vector<step> fewest(const world_builder& build, std::uint64_t seed, std::vector<step> steps) {
    for (auto size = (steps.size() + 1) / 2; size > 0; size /= 2) {
        for (std::size_t at = 0; at < steps.size();) {
            auto fewer = steps;
            const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            fewer.erase(from, from + static_cast<std::ptrdiff_t>(std::min(size, fewer.size() - at)));
            if (run_one(build, seed, fewer).error.empty()) {
                at += size;
            } else {
                steps = std::move(fewer);
            }
        }
    }
    return steps;
}

std::optional<std::uint64_t> number_in(const char* name) {
    const auto* const text = std::getenv(name);
    return text != nullptr ? std::optional{std::strtoull(text, nullptr, 10)} : std::nullopt;
}

} // namespace

extent extent_or(std::uint64_t seeds) {
    return {.first = number_in("HOOKD_MODEL_FIRST").value_or(1),
            .seeds = number_in("HOOKD_MODEL_SEEDS").value_or(seeds),
            .shrink = std::getenv("HOOKD_MODEL_SHRINK") == nullptr};
}

std::optional<finding> run(const world_builder& build, std::size_t steps, const extent& over) {
    for (auto seed = over.first; seed < over.first + over.seeds; ++seed) {
        const auto all = steps_of(seed, steps);
        const auto first = run_one(build, seed, all);
        if (first.error.empty()) {
            continue;
        }
        const auto few = over.shrink ? fewest(build, seed, all) : all;
        const auto last = run_one(build, seed, few);
        auto text = "seed " + std::to_string(seed) + " (HOOKD_MODEL_FIRST=" + std::to_string(seed) +
                    " HOOKD_MODEL_SEEDS=1): " + first.error + "\n" + std::to_string(few.size()) + " of its " +
                    std::to_string(all.size()) + " steps suffice:\n";
        for (const auto& line : last.log) {
            text += "  " + line + "\n";
        }
        return finding{.seed = seed, .text = text + "  => " + last.error};
    }
    return std::nullopt;
}

} // namespace hookd::model
