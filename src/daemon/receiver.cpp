// SPDX-License-Identifier: MIT
#include "daemon/receiver.hpp"

#include "daemon/descriptor_limit.hpp"

#include <hookd/core/failpoint.hpp>
#include <hookd/daemon/clock.hpp>
#include <hookd/daemon/configuration.hpp>
#include <hookd/daemon/logging.hpp>
#include <hookd/intake/intake.hpp>
#include <hookd/sinks/catalogue.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>

namespace hookd::daemon {

namespace {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

/// The least time for the sinks when the connections have used up the drain time.
constexpr std::chrono::milliseconds least_for_sinks{1'000};

/// Passes requests from http to intake, modules that do not know each other.
class intake_adapter final : public http::handler {
public:
    /// Where its requests are recorded; outlives it.
    struct records {
        intake::metrics& counters;
        intake::rejected_requests& rejected;
        access_log& access;
    };

    intake_adapter(std::shared_ptr<const settings> settings, journal::event_log& log, wall_clock clock,
                   const records& records, const asio::any_io_executor& workers)
        : settings_{std::move(settings)}, clock_{clock}, records_{records},
          intake_{settings_->endpoints, log, clock, records.counters, workers} {}

    std::optional<response> screen(const request& head) override { return intake_.screen(head); }
    asio::awaitable<response> handle(const request& whole) override { return intake_.take(whole); }

    void served(const http::served_request& what) override {
        const auto now = clock_();
        if (!what.outcome.found.rejected.reason.empty()) {
            records_.rejected.add({.what = what.what,
                                   .status = what.outcome.status,
                                   .found = what.outcome.found,
                                   .header_bytes = what.header_bytes,
                                   .body_bytes = what.body_bytes,
                                   .whole = what.whole},
                                  now);
        }
        records_.access.write(what, now);
    }

private:
    std::shared_ptr<const settings> settings_; // the intake refers to it
    wall_clock clock_;
    records records_;
    intake::intake intake_;
};

} // namespace

receiver::receiver(access_log& access, std::function<void(std::string_view)> on_failure)
    : access_log_{access}, on_failure_{std::move(on_failure)}, clock_{choose_clock()}, rejected_{rejected_settings{}} {}

result<void> receiver::start(const std::shared_ptr<const settings>& settings) {
    access_log_.prepare(settings->access_log);
    activate(settings);
    const auto limits = within_descriptor_limit(*settings);
    auto journal =
        journal::open(settings->journal, clock_,
                      {.committed = [this](std::span<const event_ptr> events) { dispatcher_->committed(events); },
                       .failed = on_failure_});
    if (!journal) {
        return std::unexpected{journal.error()};
    }
    journal_ = std::move(*journal);
    auto dispatcher = delivery::start(settings->sinks, sinks::build, *journal_, *journal_, clock_);
    if (!dispatcher) {
        return std::unexpected{dispatcher.error()};
    }
    dispatcher_ = std::move(*dispatcher);
    workers_.emplace(http::thread_count(settings->server));
    recall_newest_events();
    auto server = http::start(limits, settings->listeners, front_desks(settings));
    if (!server) {
        return std::unexpected{server.error()};
    }
    server_ = std::move(*server);
    for (const auto& unused : http::report_unused_sockets(settings->listeners)) {
        spdlog::warn("{}", unused);
    }
    return {};
}

/// So that after a restart it does not look as if no events had arrived.
void receiver::recall_newest_events() {
    for (const auto& [endpoint, accepted] : journal_->newest_at_start()) {
        received_.of(endpoint).authentic(std::chrono::floor<std::chrono::seconds>(accepted));
    }
}

http::handler_factory receiver::front_desks(const std::shared_ptr<const settings>& settings) {
    return [this, settings] {
        return std::make_unique<intake_adapter>(settings, *journal_, clock_,
                                                intake_adapter::records{received_, rejected_, access_log_},
                                                workers_->executor());
    };
}

std::vector<std::string> receiver::reload(const std::string& path) {
    const auto loaded = load_configuration(path, current().get());
    if (!loaded.values) {
        return loaded.errors;
    }
    if (ending_) {
        return {"the daemon is stopping"};
    }
    if (failpoint("half_reload")) {
        journal_->configure(loaded.values->journal);
    }
    auto changes = prepare(loaded.values);
    if (!changes) {
        return {path + ": " + changes.error().message};
    }
    const mutex_lock lock{changing_};
    if (ending_) {
        return {"the daemon is stopping"};
    }
    for (const auto& warning : loaded.warnings) {
        spdlog::warn("{}", warning);
    }
    change_logging(loaded.values->log);
    journal_->configure(loaded.values->journal);
    for (const auto& one : *changes) {
        one->commit();
    }
    activate(loaded.values);
    return {};
}

void receiver::activate(std::shared_ptr<const settings> next) {
    std::vector<std::string> endpoints;
    for (const auto& one : next->endpoints) {
        endpoints.push_back(one.name);
    }
    received_.show(std::move(endpoints));
    rejected_.configure(next->rejected);
    access_log_.configure(next->access_log);
    const mutex_lock lock{mutex_};
    settings_ = std::move(next);
}

void receiver::renew_certificates() {
    const auto renewed = server_->renewed_certificates();
    const mutex_lock lock{changing_};
    if (renewed != nullptr && !ending_) {
        renewed->commit();
    }
}

void receiver::expedite() {
    ending_ = true;
    dispatcher_->expedite();
}

/// In the order in which they are committed: stopping a sink takes the longest, so it comes last.
result<std::vector<std::unique_ptr<change>>> receiver::prepare(const std::shared_ptr<const settings>& next) {
    try {
        std::vector<std::unique_ptr<change>> changes;
        auto sockets = server_->prepare(within_descriptor_limit(*next), next->listeners, front_desks(next));
        if (!sockets) {
            return std::unexpected{sockets.error()};
        }
        changes.push_back(std::move(*sockets));
        auto sinks = dispatcher_->prepare(next->sinks);
        if (!sinks) {
            return std::unexpected{sinks.error()};
        }
        changes.push_back(std::move(*sinks));
        access_log_.prepare(next->access_log);
        return changes;
    } catch (const std::exception&
                 caught) { // no descriptors, threads or memory: the daemon continues with its current settings
        return std::unexpected{error{std::string{"not enough system resources: "} + caught.what()}};
    }
}

void receiver::drain() {
    const auto deadline = clock::now() + current()->server.drain_timeout;
    const auto left = [&] {
        return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()),
                        std::chrono::milliseconds{0});
    };
    ending_ = true;
    const mutex_lock lock{changing_};
    server_->drain(failpoint("hard_stop") ? std::chrono::milliseconds{0} : left());
    dispatcher_->stop(std::max(left(), least_for_sinks));
    journal_->close();
}

admin::context receiver::admin_context() const {
    return {.version = HOOKD_VERSION,
            .clock = clock_,
            .server = *server_,
            .intake = received_,
            .rejected = rejected_,
            .events = *journal_,
            .deliveries = *journal_,
            .health = *journal_,
            .dispatcher = *dispatcher_,
            .not_ready = {},
            .not_alive = {},
            .reloaded = {},
            .reload = {},
            .log_lines_dropped = dropped_log_lines,
            .access_log_lines_dropped = [this] { return access_log_.dropped(); },
            .allowed_hosts = {}};
}

void receiver::check_liveness(liveness_monitor& monitor) {
    monitor.found("an I/O thread", server_->stalled_for());
    monitor.found("the journal's thread", journal_->stalled_for());
    dispatcher_->look_for_hanging(); // which affects that sink only, not the daemon
    if (failpoint("sinks_are_vital")) {
        for (const auto& each : dispatcher_->metrics()) {
            monitor.found("a sink's thread", each.hangs ? std::chrono::hours{1} : std::chrono::hours{0});
        }
    }
}

} // namespace hookd::daemon
