// SPDX-License-Identifier: MIT
#include "campaign.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <stdexcept>

using namespace std::chrono_literals;

namespace {

/// The daemon lets 4,096 events wait for the disk and sends the rest away, to come again: what that costs is not asked
/// here. Of more connections, each takes its turn.
constexpr std::size_t most_busy = 1024;

struct tally {
    std::size_t answered = 0;
    std::size_t good = 0;
};

tally ask_all(campaign& on, const requests& all, const std::vector<wire*>& wires) {
    std::deque<wire*> idle{wires.begin(), wires.end()};
    std::size_t next = 0;
    const auto send_next = [&] {
        if (next < all.size()) {
            idle.front()->send(all[next++]);
            idle.pop_front();
        }
    };
    for (std::size_t i = 0; i < std::min(wires.size(), most_busy); ++i) {
        send_next();
    }
    tally seen;
    while (seen.answered < all.size()) {
        on.wait(campaign::clock::now() + 30s, [&](wire& one, progress came) {
            if (came == progress::closed) {
                throw std::runtime_error("a connection broke before its answer");
            }
            if (came == progress::answered) {
                ++seen.answered;
                seen.good += one.status() == 204 ? 1 : 0;
                idle.push_back(&one);
                send_next();
            }
        });
    }
    return seen;
}

} // namespace

void fire(campaign& on, const requests& all, std::size_t connections) {
    const auto wires = on.connect(std::min(connections, all.size()));
    wait_for_the_word(wires.size());
    const auto begin = campaign::clock::now();
    const auto seen = ask_all(on, all, wires);
    const std::chrono::duration<double> took = campaign::clock::now() - begin;
    std::printf("{\"answered\": %zu, \"good\": %zu, \"seconds\": %.4f}\n", seen.answered, seen.good, took.count());
}

void hold(campaign& on, const requests& all, std::size_t connections) {
    const auto seen = ask_all(on, all, on.connect(connections));
    wait_for_the_word(connections);
    std::printf("{\"answered\": %zu, \"good\": %zu}\n", seen.answered, seen.good);
}

void shake_hands(campaign& on, std::size_t count, std::size_t at_a_time) {
    const auto begin = campaign::clock::now();
    std::size_t begun = 0;
    std::size_t done = 0;
    while (done < count) {
        while (begun < count && begun - done < at_a_time) {
            on.connect();
            ++begun;
        }
        on.wait(campaign::clock::now() + 30s, [&](wire& one, progress came) {
            if (came == progress::open) {
                one.finish();
            } else if (came == progress::closed) {
                on.forget(one);
                ++done;
            }
        });
    }
    const std::chrono::duration<double> took = campaign::clock::now() - begin;
    std::printf("{\"answered\": %zu, \"good\": %zu, \"seconds\": %.4f}\n", done, done, took.count());
}
