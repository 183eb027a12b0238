// SPDX-License-Identifier: MIT
#include "common_steps.hpp"

#include <algorithm>
#include <string>

namespace hookd::model {

using journal::delivery_state;
using namespace std::chrono_literals;

namespace {

std::string text(milliseconds time) {
    return to_text(std::chrono::abs(time));
}

} // namespace

void common_steps::perform(std::uint64_t kind) {
    const auto sink = random_.of(scopes()).name;
    switch (kind) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        return append(1);
    case 5:
    case 6:
        return append(6);
    case 7:
    case 8:
    case 9:
        return open_or_close();
    case 10:
    case 11: {
        const auto what = draw_repair();
        fixture_.apply(what);
        return;
    }
    case 12: {
        const bool paused = random_.one_in(2);
        fixture_.note((paused ? "pause " : "resume ") + sink);
        fixture_.pause(sink, paused);
        return;
    }
    case 13:
        return ask();
    case 14:
    case 15:
        return set_clock();
    case 16: {
        fixture_.note("everything that is old goes");
        fixture_.sweep_all();
        return;
    }
    case 17:
        return trouble_disk();
    case 18:
        fixture_.note("crash");
        fixture_.crash();
        return;
    default:
        fixture_.note("restart");
        fixture_.restart();
    }
}

void common_steps::append(std::uint64_t most) {
    std::vector<event> events;
    std::string names;
    for (auto count = random_.between(1, most); count > 0; --count) {
        events.push_back(fixture_.make_event(random_));
        names += " " + events.back().endpoint + "/" + events.back().id;
    }
    fixture_.note("append" + names);
    fixture_.append(std::move(events));
}

void common_steps::open_or_close() {
    const auto sink = random_.of(scopes()).name;
    if (!fixture_.opened().contains(sink)) {
        fixture_.note("open " + sink);
        fixture_.open_sink(sink);
    } else if (random_.one_in(4)) {
        fixture_.note("close " + sink);
        fixture_.close_sink(sink);
    }
}

journal::repair common_steps::draw_repair() {
    journal::repair what{.kind = random_.one_in(3) ? journal::repair_kind::drop : journal::repair_kind::replay,
                         .which = {.filter = {}, .scopes = {}, .most = 1'000},
                         .dry_run = random_.one_in(6),
                         .now = fixture_.wall()};
    std::string name = what.kind == journal::repair_kind::drop ? "drop" : "replay";
    for (const auto& each : scopes()) {
        if (fixture_.opened().contains(each.name)) {
            what.which.scopes.push_back(each);
        }
    }
    auto& filter = what.which.filter;
    if (random_.one_in(2)) {
        filter.sink = random_.of(scopes()).name;
        name += " for " + *filter.sink;
    }
    if (random_.one_in(2)) {
        filter.state = random_.one_in(2) ? delivery_state::dead : delivery_state::retrying;
        name += *filter.state == delivery_state::dead ? " dead" : " retrying";
    }
    what.all_sinks = random_.one_in(2);
    if (random_.one_in(2)) {
        filter.id = "msg_" + std::to_string(random_.below(12));
        name += " " + *filter.id;
    } else if (random_.one_in(3)) {
        what.which.from = random_.below(fixture_.expected().last + 1);
        what.which.up_to = what.which.from + random_.below(10);
        name += " from " + std::to_string(what.which.from) + " to " + std::to_string(what.which.up_to);
    }
    fixture_.note(name + (what.dry_run ? ", dry" : ""));
    return what;
}

void common_steps::ask() {
    journal::event_query what{.filter = {}, .scopes = scopes(), .newest_first = random_.one_in(2)};
    auto& filter = what.filter;
    if (random_.one_in(2)) {
        filter.sink = random_.of(scopes()).name;
    }
    if (random_.one_in(2)) {
        filter.state = static_cast<delivery_state>(random_.below(9));
    }
    if (random_.one_in(4)) {
        filter.id = random_.one_in(2) ? "msg_" + std::to_string(random_.below(12)) : std::to_string(random_.below(20));
    }
    if (random_.one_in(4)) {
        filter.type = "upsert.fail";
    }
    if (random_.one_in(4)) {
        filter.since = fixture_.wall() - milliseconds{random_.below(100'000'000)};
    }
    fixture_.note("ask");
    fixture_.ask(what, random_.between(1, 7));
    const auto sink = random_.of(scopes()).name;
    if (!fixture_.recovered() && fixture_.opened().contains(sink)) {
        fixture_.due(sink, random_.one_in(2) ? fixture_.wall() : unix_millis::max(), random_.between(1, 5), {});
    }
}

void common_steps::set_clock() {
    static const std::vector<milliseconds> spans{1ms, 60ms, 5s, 3min, 2h, 26h, 24h * 4, 24h * 8, 24h * 400};
    const auto by = random_.of(spans);
    switch (random_.below(4)) {
    case 0:
        fixture_.note("the clock is set forward by " + text(by));
        return fixture_.set_clock(by);
    case 1:
        fixture_.note("the clock is set back by " + text(by));
        return fixture_.set_clock(-by);
    default:
        fixture_.note(text(by) + " pass");
        fixture_.pass(by);
        return fixture_.turn();
    }
}

void common_steps::trouble_disk() {
    auto& under = disk::instance();
    switch (random_.below(4)) {
    case 0:
        fixture_.note("the disk fills up");
        return under.let_grow(random_.below(30'000));
    case 1: {
        const auto size = random_.one_in(2) ? 140'000U : 4U << 30U;
        fixture_.note("max_size is " + std::to_string(size));
        return fixture_.configure(size);
    }
    case 2:
        fixture_.note("the disk has space");
        return under.let_grow(std::nullopt);
    default: {
        const auto calls = random_.below(25);
        fixture_.note("it will die in " + std::to_string(calls) + " calls");
        under.die_in(calls);
    }
    }
}

} // namespace hookd::model
