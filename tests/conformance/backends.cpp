// SPDX-License-Identifier: MIT
#include "backends.hpp"

#include "journal/memory/memory_storage.hpp"

#include <catch2/catch.hpp>

#include <utility>

using namespace std::chrono_literals;

namespace hookd::journal::testing {

const std::vector<backend>& backends() {
    static const std::vector<backend> all{
        {.name = "sqlite",
         .durable = true,
         .open =
             [](const journal_settings& settings, observers watch) {
                 tuning limits;
                 limits.sweep_pause = 1ms;
                 limits.sweep_restart = 1ms;
                 limits.sink_grace = 0ms;
                 return open_journal(settings, limits, std::move(watch));
             }},
        {.name = "memory",
         .durable = false,
         .open =
             [](const journal_settings& settings, observers watch) {
                 return std::make_unique<memory_storage>(settings, std::move(watch), since_boot, now);
             }},
    };
    return all;
}

subject::subject(backend of, journal_settings bounds, observers watch)
    : backend_(std::move(of)), bounds_(std::move(bounds)), watch_(std::move(watch)) {
    set_clock(some_day);
    bounds_.path = directory_.journal();
    opened_ = backend_.open(bounds_, watch_);
}

bool subject::restart() {
    if (backend_.durable) {
        opened_->close();
        opened_.reset();
        opened_ = backend_.open(bounds_, watch_);
    }
    return backend_.durable;
}

void fill(storage& into, int events) {
    for (int i = 0; i < events; ++i) {
        REQUIRE(append(into, sample("msg_" + std::to_string(into.last_sequence() + 1))) == append_outcome::stored);
    }
}

void let_it_sweep(storage& in) {
    const auto before = in.metrics().sweeps.load();
    REQUIRE(eventually([&] {
        wait_for(in.state("nobody")); // a backend without a thread looks when it is asked
        return in.metrics().sweeps >= before + 3;
    }));
}

std::vector<std::uint64_t> sequences(storage& in) {
    std::vector<std::uint64_t> found;
    for (const auto& what : read_all(in)) {
        found.push_back(what->sequence);
    }
    return found;
}

failure waiting(std::uint64_t sequence, unix_millis next_try, unsigned attempts) {
    return {.sequence = sequence, .attempts = attempts, .next_try = next_try, .dead = false, .detail = "exit 1"};
}

failure dead(std::uint64_t sequence) {
    return {.sequence = sequence, .attempts = 16, .next_try = {}, .dead = true, .detail = "exit 65"};
}

} // namespace hookd::journal::testing
