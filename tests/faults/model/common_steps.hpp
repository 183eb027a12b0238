// SPDX-License-Identifier: MIT
#pragma once

#include "fixture.hpp"
#include "prng.hpp"

#include <cstdint>

namespace hookd::model {

/// Steps that concern the journal, no matter what feeds its sinks: messages, operators, clocks, disks and deaths.
class common_steps {
public:
    static constexpr std::uint64_t kinds = 20;

    common_steps(fixture& in, prng& random) : fixture_{in}, random_{random} {}
    void perform(std::uint64_t kind);
    journal::repair draw_repair();

private:
    void append(std::uint64_t most);
    void open_or_close();
    void ask();
    void set_clock();
    void trouble_disk();

    fixture& fixture_;
    prng& random_;
};

} // namespace hookd::model
