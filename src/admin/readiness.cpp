#include "admin/readiness.hpp"

namespace hookd::admin {

namespace {

std::string_view reason_of(journal::acceptance what) {
    switch (what) {
    case journal::acceptance::open:
        return {};
    case journal::acceptance::disk_full:
        return "the journal's disk is full";
    case journal::acceptance::over_size:
        return "journal.max_size is reached";
    case journal::acceptance::busy:
        return "too many events are waiting for the disk";
    case journal::acceptance::closed:
        return "the journal is closed";
    case journal::acceptance::failed:
        return "the journal has failed";
    }
    return {};
}

} // namespace

std::vector<std::string> reasons_not_ready(const watched& what) {
    auto reasons = what.not_ready();
    if (auto stuck = what.not_alive()) {
        reasons.push_back(std::move(*stuck));
    }
    if (const auto reason = reason_of(what.journal.accepts()); !reason.empty()) {
        reasons.emplace_back(reason);
    }
    if (what.server.figures().accepting_fails()) {
        reasons.emplace_back("no connection can be accepted: descriptors or memory have run out");
    }
    return reasons;
}

} // namespace hookd::admin
