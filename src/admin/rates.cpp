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

void add(rates::kind what, const std::string& name, std::uint64_t count, rates::slot& to) {
    switch (what) {
    case rates::kind::accepted:
        to.accepted += count;
        break;
    case rates::kind::duplicate:
        to.duplicate += count;
        break;
    case rates::kind::delivered:
        to.delivered += count;
        break;
    case rates::kind::failed:
        to.failed += count;
        break;
    case rates::kind::rejected:
        if (count > 0) {
            to.rejected[name] += count;
        }
        break;
    }
}

template <class Get>
json column(const rates::series& from, const Get& get) {
    auto values = json::array();
    std::ranges::for_each(from.slots, [&](const rates::slot& each) { values.push_back(get(each)); });
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
        rejected[reason] = column(what, [&](const rates::slot& each) {
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
    counts now;
    for (const auto& [reason, count] : refusals_by_reason(what)) {
        now[{kind::rejected, reason}] = count;
    }
    for (const auto& [name, counters] : what.intake.endpoints()) {
        now[{kind::accepted, name}] = counters->accepted();
        now[{kind::duplicate, name}] = counters->duplicate.value();
    }
    for (const auto& sink : what.dispatcher.metrics()) {
        now[{kind::delivered, sink.name}] = sink.delivered;
        now[{kind::failed, sink.name}] = sink.retried + sink.rejected;
    }
    return now;
}

void rates::sample(const counts& now, clock::time_point at) {
    const mutex_lock lock{mutex_};
    for (auto& ring : rings_) {
        const auto number = at.time_since_epoch() / ring.every;
        const auto gone = ring.slots.empty() ? 1 : number - ring.number;
        for (auto i = std::min(gone, static_cast<std::int64_t>(ring.most)); i > 0; --i) {
            ring.slots.emplace_back();
        }
        ring.number = number;
        while (ring.slots.size() > ring.most) {
            ring.slots.pop_front();
        }
    }
    for (const auto& [key, count] : now) {
        auto& before = last_[key];
        const auto passed = count >= before ? count - before : count;
        before = count;
        for (auto& ring : rings_) {
            add(key.first, key.second, passed, ring.slots.back());
        }
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
