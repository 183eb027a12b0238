#include "delivery/lane.hpp"
#include "delivery/tail.hpp"

#include <hookd/delivery/dispatcher.hpp>

#include <spdlog/spdlog.h>

#include <exception>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace hookd::delivery {

namespace {

/// For a sink to end what it was cancelled in.
constexpr std::chrono::seconds after_cancelling{1};

using lanes = std::vector<std::shared_ptr<lane>>;

class threaded_dispatcher final : public dispatcher {
public:
    threaded_dispatcher(std::shared_ptr<tail> newest_events, lanes running)
        : newest_events_{std::move(newest_events)}, lanes_{std::move(running)} {}

    ~threaded_dispatcher() override { end(std::chrono::milliseconds{0}); }
    threaded_dispatcher(const threaded_dispatcher&) = delete;
    threaded_dispatcher& operator=(const threaded_dispatcher&) = delete;

    void committed(std::span<const event_ptr> events) override {
        if (lanes_.empty())
            return;
        newest_events_->push(events);
        for (const auto& each : lanes_)
            each->committed();
    }

    void reopen() override {
        for (const auto& each : lanes_)
            each->reopen();
    }

    std::vector<sink_figures> figures() const override {
        std::vector<sink_figures> all;
        for (const auto& each : lanes_)
            all.push_back(each->figures());
        return all;
    }

    void stop(std::chrono::milliseconds patience) override { end(patience); }

private:
    void end(std::chrono::milliseconds patience);

    std::shared_ptr<tail> newest_events_;
    const lanes lanes_; // as they were started, for committed() may come from another thread at any time
    bool ended_ = false;
};

void threaded_dispatcher::end(std::chrono::milliseconds patience) {
    if (std::exchange(ended_, true))
        return;
    for (const auto& each : lanes_)
        each->stop();
    lanes late;
    const auto patient_until = std::chrono::steady_clock::now() + patience;
    for (const auto& each : lanes_)
        if (!each->ended_before(patient_until))
            late.push_back(each);

    for (const auto& each : late)
        each->cancel();
    const auto last_moment = std::chrono::steady_clock::now() + after_cancelling;
    for (const auto& each : late)
        if (!each->ended_before(last_moment)) {
            each->let_go();
            spdlog::warn("sink {}: hangs, is left behind; what it has in hand is delivered after the next start",
                         each->name());
        }
}

/// Known to the journal, built, and not yet begun.
struct ready_lane {
    std::shared_ptr<lane> feeding;
    std::unique_ptr<sinks::sink> sink;
    journal::sink_state state;
};

result<ready_lane> prepare(const sink_settings& settings, const sink_builder& build, const lane::place& where) {
    auto state = where.journal.open_sink(settings.name);
    if (!state)
        return std::unexpected(error{"sink " + settings.name + ": " + state.error().message});
    ready_lane ready{.feeding = std::make_shared<lane>(settings, where), .sink = nullptr, .state = *state};
    try {
        ready.sink = build(settings, ready.feeding->context());
    } catch (const std::exception& caught) {
        return std::unexpected(error{"sink " + settings.name + ": " + caught.what()});
    }
    return ready;
}

} // namespace

result<std::unique_ptr<dispatcher>> start(std::span<const sink_settings> sinks, const sink_builder& build,
                                          journal::journal& journal, wall_clock clock) {
    auto newest_events = std::make_shared<tail>(journal.last_sequence(), tail::limits{});
    std::vector<ready_lane> ready;
    for (const auto& each : sinks) {
        auto prepared = prepare(each, build, {.journal = journal, .newest_events = newest_events, .clock = clock});
        if (!prepared)
            return std::unexpected(std::move(prepared.error()));
        ready.push_back(std::move(*prepared));
    }

    lanes started;
    for (auto& each : ready) {
        try {
            each.feeding->start(std::move(each.sink), each.state);
        } catch (const std::system_error& caught) {
            const threaded_dispatcher those_before{newest_events, std::move(started)}; // whose end stops them
            return std::unexpected(error{"sink " + each.feeding->name() + ": no thread for it: " + caught.what()});
        }
        started.push_back(std::move(each.feeding));
    }
    return std::make_unique<threaded_dispatcher>(std::move(newest_events), std::move(started));
}

} // namespace hookd::delivery
