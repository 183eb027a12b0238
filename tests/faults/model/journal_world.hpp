// SPDX-License-Identifier: MIT
#pragma once

#include "campaign.hpp"
#include "fixture.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hookd::model {

/// The journal alone: what sinks say to it is drawn, too.
class journal_world final : public world {
public:
    explicit journal_world(std::uint64_t seed) : fixture_{seed} {}
    void perform(const step& what) override;
    void end() override;
    const std::vector<std::string>& log() const override { return fixture_.log(); }

private:
    void say(std::uint64_t kind, prng& random);

    fixture fixture_;
};

} // namespace hookd::model
