// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/recent_events.hpp"
#include "delivery/sink_worker_fsm.hpp"
#include "fixture.hpp"
#include "prng.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hookd::model {

/// What a sink has seen in all its sink workers.
struct sink_delivery {
    std::uint64_t begins_after = 0; ///< It was made known here.
    std::set<std::uint64_t> delivered;
    std::set<std::uint64_t> dropped;
    std::set<std::uint64_t> owed; ///< Replays that nothing has come of.
};

/// The real sink worker's decisions (sink_worker_fsm) between the journal and a sink whose verdicts are drawn; what a
/// sink worker's thread does, its holder does here, one action at a time.
class sink_worker {
public:
    sink_worker(fixture& in, const delivery::recent_events& newest, sink_delivery& details,
                const sink_settings& settings, std::size_t batch_limit, const journal::sink_state& from);

    /// Carries out what the plan says, until it rests or is done, but no more than this many actions.
    void work(std::uint64_t most_actions, prng& random);
    /// A delivery ends. Well, where all is well; else with verdicts that are drawn.
    void end_delivery(prng& random, bool well);
    /// Nothing new begins; what is under way ends, or is cancelled; all that is known is said to the journal.
    void stop(prng& random);

    void pause(bool paused) { plan_.pause(paused); }
    /// Rows of these events were changed by somebody else.
    void look_again(const std::set<std::uint64_t>& replayed);

    bool busy() const { return !under_way_.empty(); }
    /// Until when it rests, as far as it does.
    std::optional<delivery::steady_time> rests_until() const { return rests_until_; }

private:
    bool perform(delivery::action step, prng& random);
    void begin(delivery::next::deliver what);
    bool read(std::uint64_t after);
    delivery::wanted_range unread() const;
    delivery::time_pair now() const { return {.steady = fixture_.steady(), .wall = fixture_.wall()}; }

    fixture& fixture_;
    const delivery::recent_events& newest_;
    sink_delivery& story_;
    sink_settings settings_;
    bool in_steps_; // it takes batches, gathers for them, and passes filtered events in steps, unread
    prng jitter_;
    delivery::sink_worker_fsm plan_;
    std::map<std::uint64_t, std::vector<sinks::delivery>> under_way_;
    std::optional<std::vector<journal::due_event>> looked_; // an answer on its way
    std::optional<delivery::steady_time> rests_until_;
    std::uint64_t first_tried_ = 0;
    std::set<std::uint64_t> tried_;
    std::set<std::uint64_t> done_; // need not be delivered again
    // What it began from was all there is, with no row of an event behind the cursor: that comes as a new one, too.
    bool exact_;
    bool stopped_ = false;
};

} // namespace hookd::model
