// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace asio = boost::asio;

namespace hookd::model {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::steady_clock::time_point first_steady{std::chrono::hours{24 * 365 * 20}};
constexpr unix_millis first_wall{milliseconds{1'770'000'000'000}};

// The journal takes plain functions.
std::chrono::steady_clock::time_point steady_now;
bool hushed;
unix_millis wall_now;

std::chrono::steady_clock::time_point read_steady() {
    return hushed ? std::chrono::steady_clock::time_point{} : steady_now;
}
unix_millis read_wall() {
    return wall_now;
}
milliseconds read_since_boot() {
    return std::chrono::duration_cast<milliseconds>(steady_now - first_steady);
}
std::string read_boot() {
    return "boot";
}

std::string new_directory() {
    const auto* const memory = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
    auto name = std::string(memory) + "/hookd-model-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    return name;
}

/// Nobody has the file open. An unknown sink and one that has just begun look the same to who asks the journal.
std::set<std::string> sinks_in(const std::string& path) {
    std::set<std::string> found;
    auto file = journal::database::open(path);
    if (!file) {
        return found;
    }
    if (auto all = file->prepare("SELECT name FROM sink")) {
        journal::query rows(*all);
        while (rows.step().value_or(false)) {
            found.insert(rows.text(0));
        }
    }
    return found;
}

} // namespace

const std::vector<journal::sink_scope>& scopes() {
    static const std::vector<journal::sink_scope> all{
        {.name = "all"},
        {.name = "good", .filters = {.events = {"upsert.success"}}},
        {.name = "north", .filters = {.endpoints = {"north"}}},
    };
    return all;
}

const journal::sink_scope& scope_of(const std::string& sink) {
    return *std::ranges::find(scopes(), sink, &journal::sink_scope::name);
}

fixture::fixture(std::uint64_t seed, std::optional<std::size_t> retention_step)
    : random_{seed}, directory_{new_directory()} {
    disk::instance().reset();
    steady_now = first_steady;
    wall_now = first_wall;
    settings_.path = directory_ + "/journal.db";
    settings_.retention = 24h * 7;
    limits_.own_thread = false;
    limits_.now = read_steady;
    limits_.since_boot = read_since_boot;
    limits_.boot = read_boot;
    limits_.commit_pace = {};
    limits_.jobs_a_round = 100;
    limits_.batch_events = random_.one_in(2) ? 3 : 1024;
    limits_.retention_step = retention_step.value_or(random_.one_in(2) ? 3 : 128);
    limits_.checkpoint_frames = random_.one_in(2) ? 8 : 4000;
    start();
}

fixture::~fixture() {
    disk::instance().die();
    leave();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

unix_millis fixture::wall() const {
    return wall_now;
}
std::chrono::steady_clock::time_point fixture::steady() const {
    return steady_now;
}

bool fixture::open() {
    auto made = journal::open_with(
        settings_, read_wall,
        {.committed =
             [this](std::span<const event_ptr> events) { fresh_.insert(fresh_.end(), events.begin(), events.end()); },
         .failed = {}},
        limits_);
    if (!made && !disk::instance().dead()) {
        throw broken_promise("it does not start: " + made.error().message);
    }
    if (!made) {
        return false;
    }
    journal_ = std::move(*made);
    context_ = std::make_unique<asio::io_context>();
    samples_.clear();
    check_clock();
    return true;
}

void fixture::leave() {
    context_.reset();
    journal_.reset();
    opened_.clear();
    closed_.clear();
    fresh_.clear();
    found_old_ = 0;
}

void fixture::start() {
    for (known_ = sinks_in(settings_.path); !open(); known_ = sinks_in(settings_.path)) {
        disk::instance().revive(random_.one_in(2) ? death::killed : death::powerless, random_);
    }
    ++life_;
    born_ = steady_now;
}

void fixture::turn() {
    hush(!loud_);
    note_old();
    journal_->turn();
    check_clock();
    note_old();
    hush(false);
    context_->restart();
    context_->poll();
}

/// Its time is never ahead of the clock; and it rises above the time that passes only to where the clock has stood for
/// as long as it rises, or a day.
void fixture::check_clock() {
    const auto at = read_since_boot();
    const auto wall = wall_now.time_since_epoch() - at;
    const auto age = wall - milliseconds{journal_->metrics().clock_ahead_milliseconds.load()};
    const auto before = samples_.empty() ? highest_age_ : samples_.back().age;
    if (age > wall) {
        throw broken_promise("its time is ahead of the clock");
    }
    if (age > before && before != milliseconds::min()) {
        const auto rise = std::min<milliseconds>(age - before, 24h);
        const auto began = std::ranges::find_if(samples_, [&](const auto& each) { return each.at > at - rise; });
        const bool seen =
            began != samples_.begin() &&
            std::ranges::all_of(began, samples_.end(), [&](const auto& each) { return each.wall >= age; }) &&
            std::prev(began)->wall >= age;
        if (!seen) {
            throw broken_promise("the clock is believed though it has not stood");
        }
    }
    highest_age_ = std::max(highest_age_, age);
    samples_.push_back({.at = at, .wall = wall, .age = age});
}

unix_millis fixture::aged() const {
    return unix_millis{read_since_boot() + samples_.back().age};
}

/// In a hushed turn nothing that waits for its time is due.
void fixture::hush(bool yes) {
    hushed = yes;
}

void fixture::pass(milliseconds time) {
    steady_now += time;
    wall_now += time;
}
void fixture::set_clock(milliseconds by) {
    wall_now += by;
}

void fixture::crash() {
    disk::instance().die();
    recovered();
}

void fixture::restart() {
    hush(!loud_); // closing takes turns
    note_old();
    journal_->close();
    hush(false);
    if (disk::instance().dead()) {
        recovered();
        return;
    }
    if (!disk::instance().limited()) {
        expected_.settle();
    }
    end_of_turns();
    leave();
    start();
    find_place("after a restart: ");
}

} // namespace hookd::model
