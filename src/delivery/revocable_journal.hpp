// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/mutex.hpp>
#include <hookd/journal/journal.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace hookd::delivery {

/// A sink worker's way to the journal, which can be cut: a sink worker whose thread is stuck in its sink outlives the
/// dispatcher, and the journal, and must not come back to either. Any thread.
class revocable_journal {
public:
    revocable_journal(journal::journal& journal, std::string sink) : sink_{std::move(sink)}, journal_{&journal} {}

    void commit_cursor(std::uint64_t cursor);
    void nack(journal::failure row);
    void ack(std::uint64_t sequence);

    /// For what is awaited; null once cut. It stays valid for as long as the sink worker may not be let go of, which is
    /// not before it was asked to stop and given time: so ask only after seeing that it was not.
    journal::journal* journal() const;
    const std::string& sink() const { return sink_; }

    void revoke();

private:
    std::string sink_;
    mutable mutex mutex_; // held during the calls, which do not block: after revoke() none is left
    journal::journal* journal_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::delivery
