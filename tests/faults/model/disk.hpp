// SPDX-License-Identifier: MIT
#pragma once

#include "prng.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hookd::model {

/// How a machine dies. Killed, a process leaves all that it wrote; without power, what was not synced yet is there, or
/// not, or in part, write by write.
enum class death : std::uint8_t { killed, powerless };

/// The disk under the journal: is between SQLite and its files for the whole program, passes everything on to real
/// ones, and knows what of it has been synced. It can die before any write or sync, and be full.
class disk {
public:
    static disk& instance();

    /// A fresh one: nothing known, nothing wrong.
    void reset();

    /// Dies at the call that many writes and syncs from now: a write then is torn. From its death on every call fails.
    void die_in(std::uint64_t calls);
    void die();
    /// No death to come.
    void live() { calls_left_.reset(); }
    bool dead() const { return dead_; }
    bool dying() const { return calls_left_.has_value(); }
    /// The next start: the files are as they are found after such a death, and all works again.
    void revive(death how, prng& random);

    /// Files may grow by this many bytes more.
    void let_grow(std::optional<std::uint64_t> bytes) { growth_ = bytes; }
    bool limited() const { return growth_.has_value(); }

    std::uint64_t calls() const { return calls_; }

    // SQLite's side of it.
    struct change {
        std::int64_t at = 0; // or the new size
        bool resize = false;
        std::string bytes;
    };
    struct book {
        std::string synced;
        std::vector<change> unsynced;
        std::int64_t size = 0;
    };
    book& opened(const std::string& path);
    void removed(const std::string& path) { books_.erase(path); }
    /// False: it dies.
    bool called(book* in, change* torn);
    bool may_grow(const book& of, std::int64_t to);
    static void synced(book& what);

private:
    std::map<std::string, book> books_;
    std::optional<std::uint64_t> calls_left_;
    std::optional<std::uint64_t> growth_;
    std::uint64_t calls_ = 0;
    bool dead_ = false;
};

} // namespace hookd::model
