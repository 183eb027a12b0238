// SPDX-License-Identifier: MIT
#include "journal/sqlite/sqlite_place.hpp"

#include <hookd/journal/settings.hpp>

#include <array>

namespace hookd::journal {

journal_settings read_journal(config::table keys) {
    using namespace std::chrono_literals;
    using enum config::applies;
    static constexpr std::array<std::string_view, 2> types{"sqlite", "memory"};
    journal_settings journal;
    journal.type = static_cast<journal_type>(keys.choice(
        {"type", on_restart, "where events are kept: sqlite, a file; memory, nothing survives the daemon"}, types, 0));
    journal.path = keys.text({"path", on_restart, "sqlite: the journal's file, on a local disk"}, journal.path);
    switch (journal.type) {
    case journal_type::sqlite:
        check_sqlite_place(keys, journal.path);
        break;
    case journal_type::memory:
        keys.warning("type", "\"memory\" keeps events only until the daemon stops: use it to try things out");
        break;
    }
    // The sender may retry for 72 hours; if an id was forgotten earlier, a retry would become a new event.
    journal.retention = keys.duration({"retention", on_reload, "how long delivered events and message ids are kept"},
                                      journal.retention, 72h, 24h * 3650);
    journal.max_size = keys.size({"max_size", on_reload, "new events get 503 when the journal has reached this size"},
                                 journal.max_size, byte_size{1U << 20U}, byte_size{std::uint64_t{16} << 40U});
    keys.finish();
    return journal;
}

} // namespace hookd::journal
