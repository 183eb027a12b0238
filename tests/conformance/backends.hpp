// SPDX-License-Identifier: MIT
#pragma once

#include "journal/support.hpp"

#include <hookd/journal/storage.hpp>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

/// What every backend of the journal must do, through its interface. A new backend is one row of `backends`.
namespace hookd::journal::testing {

struct backend {
    std::string name;
    bool durable = false; ///< A restart finds what was stored.
    /// By the clocks of the tests, and looking for what is old all the time.
    std::function<std::unique_ptr<storage>(const journal_settings&, observers)> open;

    friend std::ostream& operator<<(std::ostream& to, const backend& what) { return to << what.name; }
};

const std::vector<backend>& backends();

/// A storage of the backend, in a directory of its own, opened on some_day.
class subject {
public:
    explicit subject(backend of, journal_settings bounds = {}, observers watch = {});

    storage* operator->() { return opened_.get(); }
    storage& operator*() { return *opened_; }

    /// For what must survive: whether the storage was closed and opened again, which a backend that is not durable
    /// cannot show.
    bool restart();

private:
    temporary_directory directory_;
    backend backend_;
    journal_settings bounds_;
    observers watch_;
    std::unique_ptr<storage> opened_;
};

/// Stores so many events, `msg_N` with the sequence number N.
void fill(storage& into, int events);
/// Until the retention has looked at everything, as it is now, to its end.
void let_it_sweep(storage& in);
std::vector<std::uint64_t> sequences(storage& in);
failure waiting(std::uint64_t sequence, unix_millis next_try, unsigned attempts = 1);
failure dead(std::uint64_t sequence);

} // namespace hookd::journal::testing
