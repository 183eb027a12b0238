// SPDX-License-Identifier: MIT
#include "journal_world.hpp"

#include "common_steps.hpp"

#include <algorithm>

namespace hookd::model {

using namespace std::chrono_literals;

void journal_world::perform(const step& what) {
    prng random{what.salt};
    fixture_.loud(random.one_in(3));
    common_steps common{fixture_, random};
    static constexpr std::uint64_t own = 4;
    const auto kind = what.kind % (common_steps::kinds + own);
    if (kind >= own) {
        common.perform(kind - own);
    } else {
        say(kind, random);
    }
    if (random.one_in(2)) {
        fixture_.check();
    }
    fixture_.loud(false);
    fixture_.check_if_swept();
    fixture_.recovered();
}

/// As sink workers do: rows only for events that they have not passed, or that have one.
void journal_world::say(std::uint64_t kind, prng& random) {
    const auto sink = random.of(scopes()).name;
    if (fixture_.recovered() || !fixture_.opened().contains(sink)) {
        return;
    }
    const auto& place = fixture_.expected().sinks.at(sink);
    if (kind == 0) {
        const auto to = place.cursor + random.below(fixture_.expected().last - place.cursor + 1);
        fixture_.note("advance " + sink + " to " + std::to_string(to));
        fixture_.commit_cursor(sink, to);
        return;
    }
    std::vector<std::uint64_t> able;
    for (const auto& [sequence, event] : fixture_.expected().events) {
        if ((kind != 3 && sequence > place.cursor) || place.rows.contains(sequence)) {
            able.push_back(sequence);
        }
    }
    if (able.empty()) {
        return;
    }
    const auto sequence = random.of(able);
    if (kind == 3) {
        fixture_.note("settle " + sink + " " + std::to_string(sequence));
        fixture_.ack(sink, sequence);
        return;
    }
    fixture_.note("fail " + sink + " " + std::to_string(sequence));
    fixture_.nack(sink, {.sequence = sequence,
                         .attempts = static_cast<unsigned>(random.between(1, 16)),
                         .next_try = fixture_.wall() + milliseconds{random.below(10'000)},
                         .dead = random.one_in(3),
                         .detail = "try " + std::to_string(random.below(100)),
                         .made = random.one_in(4) ? std::nullopt : std::optional(journal::attempt{})});
    if (random.one_in(2)) {
        fixture_.commit_cursor(sink, std::max(place.cursor, sequence));
    }
}

void journal_world::end() {
    disk::instance().let_grow(std::nullopt);
    disk::instance().live();
    fixture_.configure(std::uint64_t{4} << 30U);
    fixture_.check();
    fixture_.restart();
    fixture_.sweep_all();
}

} // namespace hookd::model
