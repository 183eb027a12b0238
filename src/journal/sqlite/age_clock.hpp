// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/then.hpp"

#include <hookd/core/time.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace hookd::journal {

/// Both clocks, read together: the wall clock, which may be wrong and may be set, and the time since boot (including
/// sleep), which is monotonic.
struct clock_reading {
    unix_millis wall;
    std::chrono::milliseconds since_boot;
};

/// The state of an age_clock, as it is kept in the journal.
struct clock_record {
    std::string boot; ///< Which boot `since_boot` counts from.
    std::chrono::milliseconds since_boot{};
    unix_millis time;
    std::chrono::milliseconds ahead{}; ///< A jump that is not trusted yet, and how long it has lasted.
    std::chrono::milliseconds stood{};
};

/// The clock that event ages are measured by: the wall clock, as far as it can be trusted. A clock that is set back is
/// followed at once, since that makes no event older. A clock that is ahead of the time that has passed was set
/// forward, or the machine was off for that long: the jump is trusted once it has lasted as long as it is wide, at most
/// a day. Until then only elapsed time counts.
class age_clock {
public:
    /// `boot` identifies this boot; empty: unknown. Without a record, all that is known is that the time is not before
    /// `newest`, when the newest event was accepted.
    age_clock(std::string boot, const std::optional<clock_record>& kept, std::optional<unix_millis> newest,
              clock_reading now);

    /// The time. The more often it is read, the more it knows.
    unix_millis read(clock_reading now);

    /// How far the wall clock was ahead of the time at the last reading.
    std::chrono::milliseconds ahead() const { return ahead_; }
    /// How long a jump of this width must last before it is trusted.
    static std::chrono::milliseconds trial(std::chrono::milliseconds ahead);

    clock_record record(clock_reading now) const;

private:
    struct jump {
        std::chrono::milliseconds offset; // the least since it began
        std::chrono::milliseconds since;
    };

    std::chrono::milliseconds width() const { return jump_ ? jump_->offset - offset_ : std::chrono::milliseconds{}; }

    std::string boot_;
    std::chrono::milliseconds offset_{}; // of the time, from the time since boot
    std::chrono::milliseconds ahead_{};
    std::optional<jump> jump_;
};

/// Reads the record; empty: there is none.
storage_result<std::optional<clock_record>> load_clock(database& file);
/// Within a transaction.
storage_result<void> save_clock(database& file, const clock_record& what);

/// CLOCK_BOOTTIME.
std::chrono::milliseconds time_since_boot();
/// Of this boot, by the kernel; empty: unknown.
std::string boot_name();

} // namespace hookd::journal
