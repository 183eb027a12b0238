#include "delivery/journal_port.hpp"

namespace hookd::delivery {

void journal_port::advance(std::uint64_t cursor) {
    const mutex_lock lock{mutex_};
    if (journal_ != nullptr) {
        journal_->advance(sink_, cursor);
    }
}

void journal_port::fail(journal::failure row) {
    const mutex_lock lock{mutex_};
    if (journal_ != nullptr) {
        journal_->fail(sink_, std::move(row));
    }
}

void journal_port::settle(std::uint64_t sequence) {
    const mutex_lock lock{mutex_};
    if (journal_ != nullptr) {
        journal_->settle(sink_, sequence);
    }
}

journal::journal* journal_port::journal() const {
    const mutex_lock lock{mutex_};
    return journal_;
}

void journal_port::cut() {
    const mutex_lock lock{mutex_};
    journal_ = nullptr;
}

} // namespace hookd::delivery
