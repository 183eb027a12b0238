// SPDX-License-Identifier: MIT
#include "admin/rates.hpp"

#include "admin/responses.hpp"
#include "admin/status.hpp"

#include <hookd/core/json_text.hpp>

#include <algorithm>
#include <set>

namespace hookd::admin {

namespace {

using json = nlohmann::ordered_json;

std::uint64_t since(std::uint64_t before, std::uint64_t now) {
    return now >= before ? now - before : now;
}

rates::counts since(const rates::counts& before, const rates::counts& now) {
    rates::counts passed{.accepted = since(before.accepted, now.accepted),
                         .duplicate = since(before.duplicate, now.duplicate),
                         .delivered = since(before.delivered, now.delivered),
                         .failed = since(before.failed, now.failed),
                         .rejected = {}};
    for (const auto& [reason, count] : now.rejected) {
        const auto known = before.rejected.find(reason);
        if (const auto more = since(known != before.rejected.end() ? known->second : 0, count); more > 0) {
            passed.rejected[reason] = more;
        }
    }
    return passed;
}

void add(const rates::counts& what, rates::counts& to) {
    to.accepted += what.accepted;
    to.duplicate += what.duplicate;
    to.delivered += what.delivered;
    to.failed += what.failed;
    for (const auto& [reason, count] : what.rejected) {
        to.rejected[reason] += count;
    }
}

template <class Get>
json column(const rates::series& from, const Get& get) {
    auto values = json::array();
    std::ranges::for_each(from.slots, [&](const rates::counts& each) { values.push_back(get(each)); });
    return values;
}

json series_json(const rates::series& what) {
    std::set<std::string> reasons;
    for (const auto& slot : what.slots) {
        for (const auto& [reason, count] : slot.rejected) {
            reasons.insert(reason);
        }
    }
    auto rejected = json::object();
    for (const auto& reason : reasons) {
        rejected[reason] = column(what, [&](const rates::counts& each) {
            const auto found = each.rejected.find(reason);
            return found != each.rejected.end() ? found->second : 0;
        });
    }
    return {{"every_seconds", what.every.count()},
            {"accepted", column(what, [](const auto& each) { return each.accepted; })},
            {"duplicate", column(what, [](const auto& each) { return each.duplicate; })},
            {"delivered", column(what, [](const auto& each) { return each.delivered; })},
            {"failed", column(what, [](const auto& each) { return each.failed; })},
            {"rejected", std::move(rejected)}};
}

} // namespace

rates::counts rates::count(const context& what) {
    counts now{.rejected = refusals_by_reason(what)};
    for (const auto& [name, counters] : what.intake.endpoints()) {
        now.accepted += counters->accepted();
        now.duplicate += counters->duplicate.value();
    }
    for (const auto& sink : what.dispatcher.metrics()) {
        now.delivered += sink.delivered;
        now.failed += sink.retried + sink.rejected;
    }
    return now;
}

void rates::sample(const counts& now, clock::time_point at) {
    const mutex_lock lock{mutex_};
    const auto passed = since(last_, now);
    last_ = now;
    for (auto& ring : rings_) {
        const auto slot = at.time_since_epoch() / ring.every;
        const auto gone = ring.slots.empty() ? 1 : slot - ring.slot;
        for (auto i = std::min(gone, static_cast<std::int64_t>(ring.most)); i > 0; --i) {
            ring.slots.emplace_back();
        }
        ring.slot = slot;
        while (ring.slots.size() > ring.most) {
            ring.slots.pop_front();
        }
        add(passed, ring.slots.back());
    }
}

std::array<rates::series, 2> rates::all() const {
    const mutex_lock lock{mutex_};
    return {rings_[0], rings_[1]};
}

boost::asio::awaitable<response> show_rates(const daemon_context& of, const routed_request&) {
    auto all = json::array();
    for (const auto& each : of.recent.all()) {
        all.push_back(series_json(each));
    }
    co_return with_body(200, json_line({{"until", to_rfc3339(of.daemon.clock())}, {"series", std::move(all)}}) + '\n');
}

} // namespace hookd::admin
