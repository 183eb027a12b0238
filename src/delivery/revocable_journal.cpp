// SPDX-License-Identifier: MIT
#include "delivery/revocable_journal.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace hookd::delivery {

template <class Call>
void revocable_journal::tell(const Call& call) {
    const mutex_lock lock{mutex_};
    if (!journal_) {
        return;
    }
    if (const auto taken = call(journal_->store); !taken) {
        spdlog::debug("sink {}: its progress is not stored: {}", sink_, taken.error().message);
    }
}

void revocable_journal::commit_cursor(std::uint64_t cursor) {
    tell([&](auto& store) { return store.commit_cursor(sink_, cursor); });
}

void revocable_journal::nack(journal::failure row) {
    tell([&](auto& store) { return store.nack(sink_, std::move(row)); });
}

void revocable_journal::ack(std::uint64_t sequence, journal::attempt made) {
    tell([&](auto& store) { return store.ack(sink_, sequence, std::move(made)); });
}

std::optional<journal_parts> revocable_journal::parts() const {
    const mutex_lock lock{mutex_};
    return journal_;
}

void revocable_journal::revoke() {
    const mutex_lock lock{mutex_};
    journal_.reset();
}

} // namespace hookd::delivery
