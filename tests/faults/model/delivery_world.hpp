// SPDX-License-Identifier: MIT
#pragma once

#include "campaign.hpp"
#include "common_steps.hpp"
#include "fixture.hpp"
#include "sink_worker.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace hookd::model {

/// Journal and sink workers: the sinks' verdicts are drawn, and what is said to the journal follows from them.
class delivery_world final : public world {
public:
    explicit delivery_world(std::uint64_t seed);
    void perform(const step& what) override;
    void end() override;
    const std::vector<std::string>& log() const override { return fixture_.log(); }

private:
    void perform(std::uint64_t kind, common_steps& common, prng& random);
    void configure(prng& random);
    void apply(common_steps& common);
    void pause(prng& random);
    void restart(prng& random);
    void use_sink_worker(std::uint64_t kind, prng& random);

    void add(const std::string& sink);
    void follow();
    bool rest(delivery::steady_time until, prng& random);
    void judge() const;

    fixture fixture_;
    std::size_t batch_limit_;
    sink_settings settings_;
    std::uint64_t life_ = 0;
    std::unique_ptr<delivery::recent_events> newest_;
    std::set<std::string> configured_;
    std::map<std::string, sink_delivery> stories_;
    std::map<std::string, std::unique_ptr<sink_worker>> workers_;
    std::map<std::uint64_t, event_ptr> all_events_;
};

} // namespace hookd::model
