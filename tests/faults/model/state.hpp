// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/journal/storage.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace hookd::model {

/// What the journal must never do, and did.
class broken_promise : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct sink_place {
    std::uint64_t cursor = 0;
    bool paused = false;
    std::map<std::uint64_t, journal::failure> rows{};
    std::uint64_t begin = 0; ///< The first event that is its own.
    struct end {
        bool dropped = false;
        unsigned attempts = 0;
        friend bool operator==(const end&, const end&) = default;
    };
    std::map<std::uint64_t, end> ends{};          ///< Of what did not succeed at once.
    std::map<std::uint64_t, unsigned> attempts{}; ///< So many of such an event are known.

    void nack(const journal::failure& row);
    void ack(std::uint64_t sequence);
};

/// All that lasts in a journal.
struct state {
    std::map<std::uint64_t, event_ptr> events;
    std::uint64_t last = 0; ///< The highest sequence number ever given.
    std::map<std::string, sink_place> sinks;

    event_ptr with(const std::string& endpoint, const std::string& id) const;
    void erase(std::uint64_t sequence);
    journal::delivery_state state_of(const event& what, const journal::sink_scope& of) const;
};

/// In words, where `seen` is another than `expected`; empty: nowhere. Events in `may_be_gone` may be missing.
std::string difference(const state& expected, const state& seen, const std::set<std::uint64_t>& may_be_gone = {});

/// What may be on the disk: all that is known to be durable, and then, in order, what may be durable too. A crash
/// leaves one of these; while the journal lives, the last is what it shows.
class expectation {
public:
    const state& now() const { return maybe_.back(); }
    const std::vector<state>& maybe() const { return maybe_; }

    /// Durable from now on, whatever else is.
    template <class Act>
    void certainly(const Act& act) {
        for (auto& each : maybe_) {
            act(each);
        }
    }
    /// To become durable with what was said before, or later, or not.
    template <class Act>
    void perhaps(const Act& act) {
        maybe_.push_back(maybe_.back());
        act(maybe_.back());
    }
    /// Everything is durable.
    void settle() { maybe_.erase(maybe_.begin(), maybe_.end() - 1); }
    void become(const state& found) { maybe_.assign(1, found); }

private:
    std::vector<state> maybe_{state{}};
};

/// The stories that a query must answer with, all pages together.
std::vector<journal::event_details> details(const state& of, const journal::event_query& what);
/// Does to the state what a repair must do; says to how many sinks' events.
std::uint64_t apply(state& of, const journal::repair& what);

} // namespace hookd::model
