// SPDX-License-Identifier: MIT
#pragma once

#include "fixture.hpp"
#include "prng.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hookd::model {

/// One step of a run. All that it draws comes from its own salt, so that it stays the same where others are left out.
struct step {
    std::uint64_t kind = 0;
    std::uint64_t salt = 0;
};

/// Something that steps are done to.
class world {
public:
    virtual ~world() = default;
    virtual void perform(const step& what) = 0;
    /// What must hold once all troubles are over.
    virtual void end() = 0;
    virtual const std::vector<std::string>& log() const = 0;
};

using world_builder = std::function<std::unique_ptr<world>(std::uint64_t seed)>;

/// A seed that breaks a promise: what was broken, and the fewest steps found that still break one.
struct finding {
    std::uint64_t seed = 0;
    std::string text;
};

/// How many seeds to try, unless HOOKD_MODEL_SEEDS says otherwise; HOOKD_MODEL_FIRST is the first. With
/// HOOKD_MODEL_SHRINK=no all steps of a finding are told.
struct extent {
    std::uint64_t first = 1;
    std::uint64_t seeds = 0;
    bool shrink = true;
};
extent extent_or(std::uint64_t seeds);

/// Tries one seed after the other, until one breaks a promise.
std::optional<finding> run(const world_builder& build, std::size_t steps, const extent& over);

} // namespace hookd::model
