// SPDX-License-Identifier: MIT
#include "campaign.hpp"
#include "histogram.hpp"

#include <cstdio>
#include <deque>
#include <stdexcept>
#include <sys/prctl.h>
#include <unordered_map>

using namespace std::chrono_literals;

// What is due while every connection is busy waits for one, and its time runs: else a server that stalls would be asked
// less while it does so, and the stall would hide (coordinated omission).
void pace(campaign& on, const requests& all, std::size_t connections, double rate) {
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    auto idle = on.connect(connections);
    wait_for_the_word(connections);
    std::unordered_map<const wire*, campaign::clock::time_point> under_way;
    std::deque<std::size_t> overdue;
    histogram times;
    const auto begin = campaign::clock::now() + 10ms;
    const auto due = [&](std::size_t number) {
        return begin + std::chrono::nanoseconds{static_cast<std::int64_t>(1e9 * static_cast<double>(number) / rate)};
    };
    std::size_t next = 0;
    std::size_t answered = 0;
    std::size_t good = 0;
    const auto send = [&](wire& over, std::size_t number) {
        under_way[&over] = due(number);
        over.send(all[number]);
    };
    while (answered < all.size()) {
        for (const auto now = campaign::clock::now(); next < all.size() && due(next) <= now; ++next) {
            if (idle.empty()) {
                overdue.push_back(next);
            } else {
                auto* const over = idle.back();
                idle.pop_back();
                send(*over, next);
            }
        }
        const auto until = next < all.size() ? due(next) : campaign::clock::now() + 30s;
        on.wait(until, [&](wire& one, progress came) {
            if (came == progress::closed) {
                throw std::runtime_error("a connection broke before its answer");
            }
            if (came != progress::answered) {
                return;
            }
            times.add(campaign::clock::now() - under_way.at(&one));
            ++answered;
            good += one.status() == 204 ? 1 : 0;
            if (overdue.empty()) {
                idle.push_back(&one);
            } else {
                send(one, overdue.front());
                overdue.pop_front();
            }
        });
    }
    const std::chrono::duration<double> took = campaign::clock::now() - begin;
    std::printf("{\"answered\": %zu, \"good\": %zu, \"seconds\": %.4f, "
                "\"p50\": %.4f, \"p99\": %.4f, \"p99.9\": %.4f, \"max\": %.4f}\n",
                answered, good, took.count(), times.millis_below(0.5), times.millis_below(0.99),
                times.millis_below(0.999), times.most_millis());
}
