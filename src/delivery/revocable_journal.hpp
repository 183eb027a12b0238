// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/mutex.hpp>
#include <hookd/journal/delivery_store.hpp>
#include <hookd/journal/event_log.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace hookd::delivery {

/// The parts of the journal that deliveries need.
struct journal_parts {
    journal::event_log& log;
    journal::delivery_store& store;
};

/// A sink worker's access to the journal, which can be revoked: a sink worker whose thread hangs in its sink outlives
/// the dispatcher and the journal, and must not use either any more. Any thread.
class revocable_journal {
public:
    revocable_journal(const journal_parts& journal, std::string sink) : sink_{std::move(sink)}, journal_{journal} {}

    /// A journal that takes nothing any more has ended or failed, and so does the process: what it was not told is
    /// delivered again after the next start.
    void commit_cursor(std::uint64_t cursor);
    void nack(journal::failure row);
    void ack(std::uint64_t sequence, journal::attempt made);

    /// For awaitable calls; nothing once revoked. They stay valid until the sink worker may be detached, which only
    /// happens after it was asked to stop and given time: so call this only after checking that it was not.
    std::optional<journal_parts> parts() const;
    const std::string& sink() const { return sink_; }

    void revoke();

private:
    template <class Call>
    void tell(const Call& call);

    std::string sink_;
    mutable mutex mutex_; // held during the calls, which do not block: after revoke() none is left
    std::optional<journal_parts> journal_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::delivery
