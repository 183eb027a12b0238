// SPDX-License-Identifier: MIT
#include "delivery/revocable_journal.hpp"

namespace hookd::delivery {

void revocable_journal::commit_cursor(std::uint64_t cursor) {
    const mutex_lock lock{mutex_};
    if (journal_ != nullptr) {
        journal_->commit_cursor(sink_, cursor);
    }
}

void revocable_journal::nack(journal::failure row) {
    const mutex_lock lock{mutex_};
    if (journal_ != nullptr) {
        journal_->nack(sink_, std::move(row));
    }
}

void revocable_journal::ack(std::uint64_t sequence) {
    const mutex_lock lock{mutex_};
    if (journal_ != nullptr) {
        journal_->ack(sink_, sequence);
    }
}

journal::journal* revocable_journal::journal() const {
    const mutex_lock lock{mutex_};
    return journal_;
}

void revocable_journal::revoke() {
    const mutex_lock lock{mutex_};
    journal_ = nullptr;
}

} // namespace hookd::delivery
