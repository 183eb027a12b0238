// SPDX-License-Identifier: MIT
#include "journal/sqlite/age_clock.hpp"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <utility>

namespace hookd::journal {

using std::chrono::milliseconds;

namespace {

constexpr std::chrono::hours longest_trial{24};

// Versions that do not know this table ignore it, so the schema version need not change.
constexpr auto create_sql = "CREATE TABLE IF NOT EXISTS clock("
                            "one INTEGER PRIMARY KEY CHECK(one = 1), boot TEXT NOT NULL, since_boot INTEGER NOT NULL, "
                            "time INTEGER NOT NULL, ahead INTEGER NOT NULL, stood INTEGER NOT NULL) STRICT";

} // namespace

age_clock::age_clock(std::string boot, const std::optional<clock_record>& kept, std::optional<unix_millis> newest,
                     clock_reading now)
    : boot_(std::move(boot)) {
    // How much time has passed since another boot is only what the wall clock says, which is not trusted yet.
    const bool same_boot = kept && !boot_.empty() && kept->boot == boot_ && kept->since_boot <= now.since_boot;
    const auto then = same_boot ? kept->since_boot : now.since_boot;
    const auto time = kept ? kept->time : std::min(newest.value_or(now.wall), now.wall);
    offset_ = time.time_since_epoch() - then;
    if (kept && kept->ahead > milliseconds{}) {
        jump_ = jump{.offset = offset_ + kept->ahead, .since = then - kept->stood};
    }
    read(now);
}

milliseconds age_clock::trial(milliseconds ahead) {
    return std::min<milliseconds>(ahead, longest_trial);
}

unix_millis age_clock::read(clock_reading now) {
    const auto claimed = now.wall.time_since_epoch() - now.since_boot;
    if (jump_) {
        jump_->offset = std::min(jump_->offset, claimed);
    }
    if (jump_ && now.since_boot - jump_->since >= trial(width())) {
        offset_ = jump_->offset;
        jump_.reset();
    }
    if (claimed <= offset_) {
        offset_ = claimed;
        jump_.reset();
    } else if (!jump_) {
        jump_ = jump{.offset = claimed, .since = now.since_boot};
    }
    ahead_ = claimed - offset_;
    return unix_millis{now.since_boot + offset_};
}

clock_record age_clock::record(clock_reading now) const {
    return {.boot = boot_,
            .since_boot = now.since_boot,
            .time = unix_millis{now.since_boot + offset_},
            .ahead = width(),
            .stood = jump_ ? now.since_boot - jump_->since : milliseconds{}};
}

storage_result<std::optional<clock_record>> load_clock(database& file) {
    const auto tables = file.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'clock'");
    if (!tables || *tables == 0) {
        return then(tables, [](std::int64_t) { return std::optional<clock_record>(); });
    }
    auto all = file.prepare("SELECT boot, since_boot, time, ahead, stood FROM clock");
    if (!all) {
        return std::unexpected(all.error());
    }
    query row(*all);
    return then(row.step(), [&](bool there) {
        return there ? std::optional(clock_record{.boot = row.text(0),
                                                  .since_boot = milliseconds{row.number(1)},
                                                  .time = unix_millis{milliseconds{row.number(2)}},
                                                  .ahead = milliseconds{row.number(3)},
                                                  .stood = milliseconds{row.number(4)}})
                     : std::nullopt;
    });
}

storage_result<void> save_clock(database& file, const clock_record& what) {
    if (auto there = file.execute(create_sql); !there) {
        return there;
    }
    auto put = file.prepare("INSERT OR REPLACE INTO clock(one, boot, since_boot, time, ahead, stood) "
                            "VALUES(1, ?, ?, ?, ?, ?)");
    if (!put) {
        return std::unexpected(put.error());
    }
    return query(*put, what.boot, std::int64_t{what.since_boot.count()},
                 std::int64_t{what.time.time_since_epoch().count()}, std::int64_t{what.ahead.count()},
                 std::int64_t{what.stood.count()})
        .run();
}

milliseconds time_since_boot() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds{time.tv_sec} +
           std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds{time.tv_nsec});
}

std::string boot_name() {
    std::string name;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), name);
    return name;
}

} // namespace hookd::journal
