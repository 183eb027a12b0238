// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/sink_worker_fsm.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::delivery {

/// A sink worker plan with a journal of maps and clocks that the test owns. It carries out the plan's actions, and
/// records them as text: `read 0, deliver #1: 1 2, commit_cursor 2, fail 3 in 1000, dead 3, ack 3, look, rest 30000,
/// done`; a rest that only wanted events end is `doze 200`, and one that no event ends is `sleep 10`.
class plan_bench {
public:
    struct shape {
        sink_settings settings{};
        std::size_t batch_limit = 1;
        std::uint64_t cursor = 0;
        std::map<std::uint64_t, event> events{}; // in the journal already
        std::map<std::uint64_t, journal::failure> rows{};
        std::chrono::milliseconds gather_time{};
        std::chrono::milliseconds filtered_step{};
    };

    plan_bench() : plan_bench(shape{}) {}
    explicit plan_bench(shape from);

    /// Events with these numbers, committed now.
    void commit(std::uint64_t first, std::uint64_t last, std::string_view type = "upsert.success",
                std::string_view endpoint = "colivara");
    /// The same, known to be filtered out.
    void commit_filtered(std::uint64_t first, std::uint64_t last);
    /// Carries out actions until the plan rests or is done.
    std::string run();
    /// One letter per event: d(elivered), r(etry), x (reject), u(navailable).
    void finish(std::uint64_t ticket, std::string_view letters, std::chrono::milliseconds retry_after = {});
    void later(std::chrono::milliseconds by);
    void set_clock(std::chrono::milliseconds by) { now_.wall += by; }
    void stop() { plan_.stop(); }
    void pause(bool paused) { plan_.pause(paused); }
    /// A repair has changed `rows`.
    void look_again() { plan_.look_again(now_); }
    /// Rows that arrive while the plan waits for the result of its query.
    void hold_looks() { looks_are_held_ = true; }
    void answer_look();
    /// The most rows that a query returns, as if the events were large.
    void bound_looks(std::size_t rows_a_look) { rows_a_look_ = rows_a_look; }
    /// The journal returns nothing to reads.
    void fail_reads(bool fail) { reads_fail_ = fail; }

    std::uint64_t cursor = 0;
    std::map<std::uint64_t, journal::failure> rows;
    std::size_t reads = 0;

private:
    std::string perform(action step);
    read_events read(std::uint64_t after);
    std::vector<journal::due_event> look(const std::vector<std::uint64_t>& except);

    std::map<std::uint64_t, event_ptr> events_;
    wanted_range wanted_;
    std::vector<std::uint64_t> except_;
    bool looks_are_held_ = false;
    std::size_t rows_a_look_ = retry_queue::most;
    bool reads_fail_ = false;
    bool gathers_ = false;
    time_pair now_{.steady = steady_time{std::chrono::hours{5}}, .wall = unix_millis{std::chrono::hours{500'000}}};
    sink_worker_fsm plan_;
};

} // namespace hookd::delivery
