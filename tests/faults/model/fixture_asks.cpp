// SPDX-License-Identifier: MIT
// What may be asked of the journal: done to it and to the model, and its answers compared.

#include "fixture.hpp"

#include <algorithm>
#include <string>

namespace hookd::model {

using journal::append_outcome;

event fixture::make_event(prng& random) const {
    static const std::vector<std::string> endpoints{"north", "south"};
    static const std::vector<std::string> types{"upsert.success", "upsert.fail", "unknown"};
    static const std::vector<std::size_t> sizes{0, 10, 300, 5'000, 20'000};
    event made;
    made.endpoint = random.of(endpoints);
    made.id = "msg_" + std::to_string(random.below(12));
    made.type = random.of(types);
    made.accepted = wall();
    made.timestamp = std::to_string(random.below(1'000));
    made.signature = "v1,";
    made.json = random.one_in(2);
    made.body = std::string(random.of(sizes) + random.below(3), static_cast<char>('a' + random.below(26)));
    return made;
}

void fixture::append(std::vector<event> events) {
    bool may_be_full = disk::instance().limited() || journal_->metrics().over_size;
    const auto erased = journal_->metrics().erased.load();
    std::vector<slot<append_outcome>> answers;
    answers.reserve(events.size());
    for (const auto& each : events) {
        answers.push_back(begin(journal_->append(std::make_shared<event>(each))));
    }
    for (int turns = 0; turns < 20 && !*answers.back(); ++turns) {
        turn();
        // A sweep behind a refusal may have made space.
        may_be_full = may_be_full || journal_->metrics().over_size || journal_->metrics().erased != erased;
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
        auto what = std::move(events[i]);
        const auto known = expected().with(what.endpoint, what.id);
        const auto add = [&](state& to) {
            what.sequence = ++to.last;
            to.events[what.sequence] = std::make_shared<event>(what);
        };
        switch (answers[i]->value_or(append_outcome::busy)) {
        case append_outcome::stored:
            if (known != nullptr && !was_swept(known->sequence)) {
                throw broken_promise("a message was stored that is there already: " + what.endpoint + "/" + what.id);
            }
            expected_.certainly(add);
            if (!disk::instance().limited()) {
                expected_.settle(); // what was said before went along
            }
            break;
        case append_outcome::duplicate:
            if (known == nullptr) {
                throw broken_promise("a new message was called a duplicate: " + what.endpoint + "/" + what.id);
            }
            break;
        case append_outcome::full:
            if (!may_be_full || known != nullptr) {
                throw broken_promise("a message was refused: " + what.endpoint + "/" + what.id);
            }
            break;
        case append_outcome::stopped:
            if (!disk::instance().dead()) {
                throw broken_promise("the journal stopped by itself");
            }
            if (known == nullptr) {
                expected_.perhaps(add);
            }
            break;
        case append_outcome::busy:
            throw broken_promise("no answer, or busy");
        }
    }
}

void fixture::commit_cursor(const std::string& sink, std::uint64_t cursor) {
    (void)journal_->commit_cursor(sink, cursor);
    expected_.perhaps([&](state& to) {
        auto& known = to.sinks.at(sink).cursor;
        known = std::max(known, cursor);
    });
}

void fixture::nack(const std::string& sink, journal::failure row) {
    expected_.perhaps([&](state& to) { to.sinks.at(sink).nack(row); });
    (void)journal_->nack(sink, std::move(row));
}

void fixture::ack(const std::string& sink, std::uint64_t sequence) {
    (void)journal_->ack(sink, sequence, {.start = wall(), .took = milliseconds{1}, .outcome = {}});
    expected_.perhaps([&](state& to) { to.sinks.at(sink).ack(sequence); });
}

bool fixture::apply(const journal::repair& what) {
    const auto done = answer(journal_->apply(what));
    auto copy = expected();
    const auto count = model::apply(copy, what);
    const auto act = [&](state& to) { model::apply(to, what); };
    if (done && *done) {
        if ((*done)->deliveries != count) {
            throw broken_promise("a repair was for " + std::to_string((*done)->deliveries) + " deliveries instead of " +
                                 std::to_string(count));
        }
        if (!what.dry_run) {
            expected_.perhaps(act);
            expected_.settle();
        }
        return !what.dry_run;
    }
    if (disk::instance().dead()) {
        expected_.perhaps(act);
    } else if (!disk::instance().limited()) {
        throw broken_promise("a repair was refused");
    }
    return false;
}

bool fixture::pause(const std::string& sink, bool paused) {
    const auto done = answer(journal_->pause(sink, paused));
    const auto act = [&](state& to) {
        if (to.sinks.contains(sink)) {
            to.sinks.at(sink).paused = paused;
        }
    };
    if (done && *done) {
        expected_.perhaps(act);
        expected_.settle();
        return true;
    }
    if (disk::instance().dead()) {
        expected_.perhaps(act);
    } else if (!disk::instance().limited()) {
        throw broken_promise("a pause was refused");
    }
    return false;
}

std::optional<journal::sink_state> fixture::open_sink(const std::string& sink) {
    hush(!loud_);
    const auto done = journal_->open_sink(scope_of(sink));
    hush(false);
    note_old(); // the journal's thread was here, whatever came of it
    const auto act = [&](state& to) {
        to.sinks.try_emplace(sink, sink_place{.cursor = to.last, .begin = to.last + 1});
    };
    if (!done && !disk::instance().dead() && !disk::instance().limited()) {
        throw broken_promise("a sink cannot be opened: " + done.error().message);
    }
    if (!done) {
        if (disk::instance().dead()) {
            expected_.perhaps(act);
        }
        return std::nullopt;
    }
    expected_.certainly(act);
    if (!disk::instance().limited()) {
        expected_.settle();
    }
    opened_.insert(sink);
    known_.insert(sink);
    closed_.erase(sink);
    const auto& place = expected().sinks.at(sink);
    if (!disk::instance().limited() && (done->cursor != place.cursor || done->paused != place.paused)) {
        throw broken_promise("sink " + sink + " was opened at " + std::to_string(done->cursor) + " instead of " +
                             std::to_string(place.cursor));
    }
    return *done;
}

void fixture::close_sink(const std::string& sink) {
    journal_->close_sink(sink);
    turn();
    opened_.erase(sink);
    closed_.insert(sink);
    note_old();
}

void fixture::configure(std::uint64_t max_size) {
    settings_.max_size = byte_size{max_size};
    journal_->configure(settings_);
}

void fixture::ask(journal::event_query what, std::size_t page) {
    check_if_swept();
    const auto loud = std::exchange(loud_, false); // nothing goes between two pages
    const auto all = details(expected(), what);
    std::vector<journal::event_details> found;
    what.most = page;
    what.attempts = true;
    for (int pages = 0; pages < 200; ++pages) {
        const auto some = answer(journal_->query(what));
        if (!some || !*some) {
            if (disk::instance().dead()) {
                return;
            }
            throw broken_promise("the journal does not answer");
        }
        const auto& part = **some;
        found.insert(found.end(), part.events.begin(), part.events.end());
        what.from = part.position;
        if (!part.more) {
            break;
        }
    }
    loud_ = loud;
    const auto same = [](const journal::event_details& a, const journal::event_details& b) {
        return a.head.sequence == b.head.sequence && a.body_size == b.body_size &&
               std::ranges::equal(a.sinks, b.sinks, [](const auto& x, const auto& y) {
                   return x.sink == y.sink && x.state == y.state && x.attempts == y.attempts && x.wanted == y.wanted &&
                          x.log.size() == y.log.size();
               });
    };
    if (!disk::instance().limited() && !std::ranges::equal(found, all, same)) {
        throw broken_promise("a question is answered with " + std::to_string(found.size()) + " events that should be " +
                             std::to_string(all.size()) + ", or otherwise");
    }
}

std::optional<std::vector<journal::due_event>> fixture::due(const std::string& sink, unix_millis until,
                                                            std::size_t most, std::vector<std::uint64_t> except) {
    std::vector<std::pair<unix_millis, std::uint64_t>> wanted;
    for (const auto& [sequence, row] : expected().sinks.at(sink).rows) {
        if (!row.dead && row.next_try <= until && std::ranges::find(except, sequence) == except.end()) {
            wanted.emplace_back(row.next_try, sequence);
        }
    }
    std::ranges::sort(wanted);
    wanted.resize(std::min(wanted.size(), most));
    auto found = answer(journal_->due(sink, until, most, std::move(except)));
    if (disk::instance().dead() || !found || !*found) {
        return std::nullopt;
    }
    const auto& rows = **found;
    const auto same = [](const journal::due_event& a, const auto& b) {
        return a.what.next_try == b.first && a.what.sequence == b.second && a.subject->sequence == b.second;
    };
    if (!disk::instance().limited() && !std::ranges::equal(rows, wanted, same)) {
        throw broken_promise("sink " + sink + " has " + std::to_string(rows.size()) + " due events instead of " +
                             std::to_string(wanted.size()) + ", or others");
    }
    return rows;
}

std::optional<std::vector<event_ptr>> fixture::read(std::uint64_t after, std::size_t most) {
    auto found = answer(journal_->read(after, most, byte_size{1U << 20U}));
    return disk::instance().dead() || !found || !*found ? std::nullopt : std::optional(std::move(**found));
}

} // namespace hookd::model
