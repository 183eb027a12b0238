// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/journal/journal.hpp>

#include <memory>
#include <optional>

namespace hookd::journal {

/// A journal that no daemon serves. Each question reads its files as they are, and changes nothing: no lock, no file
/// beside them, no upgrade, no recovery; a read-only copy will do. Only `mend`, unless it is a dry run, opens the
/// journal as a daemon does, without retention, for as long as it takes. Nothing is held between two questions. What
/// else a journal does is answered as by one that is closed.
class stopped_journal : public journal {
public:
    /// Why the last question was not answered; nothing: it was.
    virtual const std::optional<error>& fault() const = 0;
};

/// The file need not be there yet: a question then tells.
std::unique_ptr<stopped_journal> open_stopped(const journal_settings& settings, wall_clock clock);

} // namespace hookd::journal
